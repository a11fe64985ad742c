import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { headerMap, readHeaders } from './headers.ts'
import { callHttp, httpTimeouts, rowsOf, statusRoutes, writeBody } from './http-call.ts'
import { address, anything, templated, text } from './params.ts'

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const status = z.union([
  z.int().min(100).max(599),
  z.string().regex(/^[1-5]xx$/, 'Expected a status such as 204 or 2xx'),
])

const auth = z
  .strictObject({
    bearer: text.optional(),
    basic: z.strictObject({ username: z.string(), password: z.string() }).optional(),
    apiKey: z
      .union([z.strictObject({ header: text, value: text }), z.strictObject({ query: text, value: text })])
      .optional(),
  })
  .refine((value) => Object.keys(value).length === 1, 'Expected exactly one of bearer, basic, apiKey')

const params = z.strictObject({
  url: address,
  method: templated(
    z.string().regex(/^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i, 'Expected an HTTP method'),
  ).optional(),
  headers: headerMap.optional(),
  query: templated(z.record(z.string(), z.union([scalar, z.array(scalar)]))).optional(),
  body: anything.optional(),
  auth: auth.optional(),
  expect: z.union([status, z.array(status).min(1)]).optional(),
})

/** Calls an HTTP service. */
export const httpRequest: WorkStep<z.infer<typeof params>> = {
  type: 'http.request',
  aliases: ['http'],
  kind: 'work',
  summary: 'Calls an HTTP service and keeps its answer',
  params,
  output: ['status_code', 'headers', 'body', 'timing_ms'],
  example: {
    url: 'https://crm.example.com/customers/{{customerId}}',
    method: 'POST',
    headers: { Authorization: 'Bearer {{secrets.CRM_KEY}}' },
    query: { page: 1, tag: ['a', 'b'] },
    body: { id: '{{customerId}}' },
    expect: ['2xx', 404],
  },
  outcomes: () => ['success', 'client_error', 'server_error'],
  secrets: true,
  compile: (written, place) =>
    place.work(
      { ...(written as JsonObject), ...rowsOf(place.has) },
      { routes: statusRoutes(written.expect as Json, place.has), outcome: 'success', timeouts: httpTimeouts },
    ),
  async run(args, tools) {
    const written = readHeaders(args.headers)
    const url = readAddress(args.url)
    addQuery(url, args.query)
    authorise(url, written, args.auth)
    const { body, headers } = writeBody(args.body, written)
    const method = String(args.method ?? 'GET').toUpperCase()
    if (body !== undefined && (method === 'GET' || method === 'HEAD'))
      throw new StepError('Http.BadRequest', `A ${method} request cannot have a body`)
    const rows = (args.rows ?? []) as string[]
    const call = { method, url: url.href, headers, expect: args.expect, rows, told: true }
    return await callHttp(body === undefined ? call : { ...call, body }, tools)
  },
}

/** The address as a URL. @throws {StepError} `Http.BadRequest`. */
export function readAddress(value: Json | undefined): URL {
  const url = typeof value === 'string' && value.length <= 8192 ? URL.parse(value) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new StepError('Http.BadRequest', 'url is no http or https URL')
  if (url.username || url.password)
    throw new StepError('Http.BadRequest', 'url must not hold a user name or password: use auth')
  return url
}

function addQuery(url: URL, query: Json | undefined): void {
  if (query === undefined || query === null) return
  if (typeof query !== 'object' || Array.isArray(query))
    throw new StepError('Http.BadRequest', 'query must be an object')
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null)
        url.searchParams.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one))
}

function authorise(url: URL, headers: Record<string, string>, auth: Json | undefined): void {
  if (auth === undefined || auth === null) return
  const { bearer, basic, apiKey } = auth as { [member: string]: Json | undefined }
  if (bearer !== undefined) Object.assign(headers, readHeaders({ authorization: `Bearer ${plain(bearer)}` }))
  if (basic !== undefined) {
    const { username, password } = basic as JsonObject
    const encoded = Buffer.from(`${plain(username)}:${plain(password)}`, 'utf8').toString('base64')
    Object.assign(headers, readHeaders({ authorization: `Basic ${encoded}` }))
  }
  if (apiKey !== undefined) {
    const { header, query, value } = apiKey as { [member: string]: Json | undefined }
    if (header !== undefined) Object.assign(headers, readHeaders({ [plain(header)]: plain(value) }))
    else url.searchParams.append(plain(query), plain(value))
  }
}

function plain(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
