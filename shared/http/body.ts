import type * as z from 'zod'
import { Fault } from '../faults.ts'
import { parseStrict, StrictJsonError } from '../strict-json.ts'
import type { Json } from '../world.ts'
import type { HttpRequest } from './exchange.ts'
import { issuesOf } from './issues.ts'
import type { Route } from './route.ts'

const bodyLimitBytes = 1024 * 1024

/** What came with a request: its body by the route's schema, and the bytes of a file if it was a form. */
export interface ReadBody {
  body: unknown
  content?: Uint8Array
}

/**
 * Reads the body as the route takes it (conventions.md §3). A form's file is told by the same schema as a JSON body, as
 * `{filename, contentType, size}`, its bytes apart.
 *
 * @throws {Fault} `payload_too_large`, `unsupported_media_type`, `invalid_request`, `validation_failed`.
 */
export async function readBody(route: Route, { body, headers }: HttpRequest): Promise<ReadBody> {
  if (route.body === null) return { body: undefined }
  const { takesFile } = route
  const sentType = headers['content-type'] ?? ''
  const isForm = takesFile !== null && /^multipart\/form-data(;|$)/i.test(sentType)
  const accepted = [
    'application/json',
    ...route.alsoTakes,
    ...(takesFile === null ? [] : ['multipart/form-data']),
  ]
  // What a form has around its file is not judged here.
  if (isForm) checkForm(body, headers, accepted, { most: takesFile + bodyLimitBytes, told: takesFile })
  else checkForm(body, headers, accepted)
  if (isForm) return await readFile(route.body, sentType, body, takesFile)
  if (body.length === 0) return { body: check(route.body, absent(route.body)) }
  const type = mediaType(sentType, accepted)
  const text = utf8(body)
  return { body: check(route.body, type === 'application/json' ? readJson(text) : text) }
}

async function readFile(schema: z.ZodType, type: string, body: Uint8Array, most: number): Promise<ReadBody> {
  const { readForm } = await import('./form.ts')
  const { filename, contentType, bytes } = await readForm(type, body, most)
  return { body: check(schema, { filename, contentType, size: bytes.length }), content: bytes }
}

/** What can be said of a body without reading it. @throws {Fault} `payload_too_large`, `unsupported_media_type` */
export function checkForm(
  body: Uint8Array,
  headers: HttpRequest['headers'],
  accepted: readonly string[],
  limit = { most: bodyLimitBytes, told: bodyLimitBytes },
): void {
  if (body.length > limit.most)
    throw new Fault('payload_too_large', 'The body is too large', { limitBytes: limit.told })
  if (headers['content-encoding'] !== undefined)
    throw new Fault('unsupported_media_type', 'An encoded body is not taken: send it as it is', { accepted })
}

/** A body whose every member is optional may be absent. */
function absent(schema: z.ZodType): unknown {
  if (schema.safeParse({}).success) return {}
  throw new Fault('invalid_request', 'This needs a body', { issues: missingMembers(schema) })
}

function missingMembers(schema: z.ZodType) {
  const { error } = schema.safeParse({})
  return error ? issuesOf(error) : []
}

/** The content type without its parameters. @throws {Fault} `unsupported_media_type` */
export function mediaType(header: string | undefined, accepted: readonly string[]): string {
  const [type = '', ...parameters] = (header ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const fits =
    accepted.includes(type) && parameters.every((parameter) => /^charset="?utf-8"?$/.test(parameter))
  if (fits) return type
  throw new Fault('unsupported_media_type', `The content type must be ${accepted.join(' or ')}`, { accepted })
}

/** Bytes as text. @throws {Fault} `invalid_request` */
export function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch (error) {
    const issues = [{ path: '', code: 'not_utf8', message: 'the body must be UTF-8 text' }]
    throw new Fault('invalid_request', 'The body is not UTF-8 text', { issues }, error)
  }
}

/** A number that cannot be held exactly is 422; what cannot be read is 400. */
export function readJson(text: string): Json {
  try {
    return parseStrict(text)
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    const issues = [
      { path: error.pointer, code: error.code, message: error.message, ...placeIn(text, error.offset) },
    ]
    const code = error.code === 'json_inexact_number' ? 'validation_failed' : 'invalid_request'
    throw new Fault(code, error.message, { issues }, error)
  }
}

function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

function check(schema: z.ZodType, value: unknown): unknown {
  const read = schema.safeParse(value, { reportInput: true })
  if (read.success) return read.data
  const issues = issuesOf(read.error)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault('invalid_request', 'The body must be a JSON object', { issues })
  throw new Fault(
    'validation_failed',
    `${issues.length} ${issues.length === 1 ? 'problem' : 'problems'} in the body`,
    { issues },
  )
}
