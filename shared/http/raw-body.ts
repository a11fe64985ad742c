import { Fault } from '../faults.ts'
import type { Json } from '../world.ts'
import { checkForm, mediaType, readJson, utf8 } from './body.ts'
import type { HttpRequest } from './exchange.ts'
import type { Route } from './route.ts'

/** A body whose bytes are checked before anything reads what they say, e.g. under a signature. */
export interface RawBody {
  bytes: Uint8Array
  /**
   * What the bytes say: JSON, or the fields of a form as an object of texts; null if there are none.
   *
   * @throws {Fault} `invalid_request`, `validation_failed`.
   */
  read(): Json
}

const formType = 'application/x-www-form-urlencoded'

/** Takes the body as it came. @throws {Fault} `payload_too_large`, `unsupported_media_type` */
export function readRawBody(route: Route, { body, headers }: HttpRequest): RawBody {
  const accepted = ['application/json', ...route.alsoTakes]
  checkForm(body, headers, accepted)
  if (body.length === 0) return { bytes: body, read: () => null }
  const type = mediaType(headers['content-type'], accepted)
  return { bytes: body, read: () => (type === formType ? readForm(utf8(body)) : readJson(utf8(body))) }
}

/** A field that comes several times becomes a list. */
function readForm(text: string): Json {
  const fields = new Map<string, Json>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === '__proto__')
      throw new Fault('invalid_request', 'A form has no field __proto__', {
        issues: [{ path: '/__proto__', code: 'not_allowed', message: 'leave this field out' }],
      })
    const before = fields.get(name)
    if (Array.isArray(before)) before.push(value)
    else fields.set(name, before === undefined ? value : [before, value])
  }
  return Object.fromEntries(fields)
}
