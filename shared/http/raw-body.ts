import { Fault } from '../faults.ts'
import type { Json } from '../world.ts'
import { bodyLimitBytes, checkForm, mediaType, readJson, utf8 } from './body.ts'
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
  /** Files that came with the fields of a form; only where the route takes any. */
  files: SentFile[]
}

const formType = 'application/x-www-form-urlencoded'
const formLimits = { parts: 200, fieldBytes: 64 * 1024 }

/**
 * Takes the body as it came. Where the route takes files, a form that has any is taken apart at once.
 *
 * @throws {Fault} `payload_too_large`, `unsupported_media_type`; `invalid_request` for a form that cannot be read.
 */
export async function readRawBody(route: Route, { body, headers }: HttpRequest): Promise<RawBody> {
  const { takesFile } = route
  const accepted = ['application/json', ...route.alsoTakes]
  const sentType = headers['content-type'] ?? ''
  if (takesFile !== null && /^multipart\/form-data(;|$)/i.test(sentType)) {
    checkForm(body, headers, accepted, { most: takesFile + bodyLimitBytes, told: takesFile })
    return await takeApart(sentType, body, takesFile)
  }
  checkForm(body, headers, accepted)
  if (body.length === 0) return { bytes: body, read: () => null, files: [] }
  const type = mediaType(sentType, accepted)
  const read = () => (type === formType ? readForm(utf8(body)) : readJson(utf8(body)))
  return { bytes: body, read, files: [] }
}

async function takeApart(type: string, body: Uint8Array, most: number): Promise<RawBody> {
  const { readParts } = await import('./parts.ts')
  const { fields, files, cut } = await readParts(type, body, { ...formLimits, fileBytes: most })
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  if (cut.file || bytes > most)
    throw new Fault('payload_too_large', `The files of a form have at most ${most} bytes`, {
      limitBytes: most,
    })
  if (cut.field) {
    const { fieldBytes: limitBytes } = formLimits
    throw new Fault('payload_too_large', `A text of a form has at most ${limitBytes} bytes`, { limitBytes })
  }
  return { bytes: body, read: () => fieldsIn(fields), files }
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
