import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { JsonObject } from '../world.ts'
import type { Tools, WorkStep } from './define.ts'
import { headerMap, readHeaders } from './headers.ts'
import { callHttp, httpTimeouts, rowsOf, statusRoutes, writeBody } from './http-call.ts'
import { readAddress } from './http-request.ts'
import { address, anything, templated } from './params.ts'

const params = z.strictObject({
  url: address,
  method: templated(z.string().regex(/^(POST|PUT|PATCH)$/i, 'Expected POST, PUT or PATCH')).optional(),
  headers: headerMap.optional(),
  body: anything.optional(),
  secret: z
    .string()
    .regex(/\{\{\s*secrets\./, 'Expected a reference such as {{secrets.HOOK_KEY}}')
    .optional(),
})

/** Tells another service that something happened; with `secret` signed as Standard Webhooks says. */
export const webhook: WorkStep<z.infer<typeof params>> = {
  type: 'webhook',
  kind: 'work',
  summary: 'Sends a message to another service, signed if it has a secret',
  params,
  output: ['status_code', 'headers', 'body', 'timing_ms'],
  example: {
    url: 'https://hooks.example.com/in',
    body: { id: '{{customerId}}' },
    secret: '{{secrets.HOOK_KEY}}',
  },
  outcomes: () => ['success', 'client_error', 'server_error'],
  secrets: true,
  compile: (written, place) =>
    place.work(
      { ...(written as JsonObject), ...rowsOf(place.has) },
      { routes: statusRoutes(undefined, place.has), outcome: 'success', timeouts: httpTimeouts },
    ),
  async run(args, tools) {
    const { body, headers } = writeBody(args.body, readHeaders(args.headers))
    const signed = args.secret === undefined ? {} : await sign(String(args.secret), body ?? '', tools)
    const call = {
      method: String(args.method ?? 'POST').toUpperCase(),
      url: readAddress(args.url).href,
      headers: { ...headers, ...signed },
      expect: undefined,
      rows: (args.rows ?? []) as string[],
      told: false,
    }
    return await callHttp(body === undefined ? call : { ...call, body }, tools)
  },
}

/** Reads the signer from disk when it is needed: few messages are signed. */
async function sign(secret: string, body: string, tools: Tools): Promise<Record<string, string>> {
  const { Webhook } = await import('standardwebhooks')
  const at = new Date(tools.now?.() ?? Date.now())
  try {
    return {
      'webhook-id': tools.effectKey,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(tools.effectKey, at, body),
    }
  } catch (error) {
    throw new StepError(
      'Webhook.BadSecret',
      'secret is no Standard Webhooks key (base64, whsec_…)',
      undefined,
      error,
    )
  }
}
