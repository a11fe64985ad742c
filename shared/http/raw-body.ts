import { Fault } from '../faults.ts'
import type { Json } from '../world.ts'
import { checkForm, mediaType, readJson, utf8 } from './body.ts'
import type { HttpRequest } from './exchange.ts'
import type { SentFile } from './parts.ts'
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
  /**
   * The same with the files that came along, where the route takes any.
   *
   * @throws {Fault} as `read`; `payload_too_large`.
   */
  form(): Promise<{ fields: Json; files: SentFile[] }>
}

const formType = 'application/x-www-form-urlencoded'
const formLimits = { parts: 1000, fieldBytes: 64 * 1024 }

/** Takes the body as it came. @throws {Fault} `payload_too_large`, `unsupported_media_type` */
export function readRawBody(route: Route, { body, headers }: HttpRequest): RawBody {
  const { takesFile } = route
  const accepted = ['application/json', ...route.alsoTakes]
  const sentType = headers['content-type'] ?? ''
  // How large it is, is judged when it is taken apart: a page says so in its own words.
  if (takesFile !== null && /^multipart\/form-data(;|$)/i.test(sentType))
    return { bytes: body, read: () => null, form: () => takeApart(sentType, body, takesFile) }
  checkForm(body, headers, accepted)
  const type = body.length === 0 ? null : mediaType(sentType, accepted)
  const read = () => (type === null ? null : type === formType ? readForm(utf8(body)) : readJson(utf8(body)))
  return { bytes: body, read, form: async () => ({ fields: read(), files: [] }) }
}

async function takeApart(type: string, body: Uint8Array, most: number) {
  const { readParts } = await import('./parts.ts')
  const { fields, files, cut } = await readParts(type, body, { ...formLimits, fileBytes: most })
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  if (cut.file || bytes > most) throw tooLarge(`The files of a form have at most ${most} bytes`, most)
  const { fieldBytes, parts } = formLimits
  if (cut.field) throw tooLarge(`A text of a form has at most ${fieldBytes} bytes`, fieldBytes)
  if (cut.parts) throw new Fault('payload_too_large', `A form has at most ${parts} fields`, { limit: parts })
  return { fields: fieldsIn(fields), files }
}

function tooLarge(message: string, limitBytes: number): Fault {
  return new Fault('payload_too_large', message, { limitBytes })
}

const readForm = (text: string): Json => fieldsIn(new URLSearchParams(text))

/** A field that comes several times becomes a list. */
function fieldsIn(sent: Iterable<[name: string, value: string]>): Json {
  const fields = new Map<string, Json>()
  for (const [name, value] of sent) {
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
