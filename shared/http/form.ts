import { Fault, type Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import { readParts, type SentFile } from './parts.ts'

/** More parts than this are not told one by one. */
const mostParts = 20

/**
 * Reads a `multipart/form-data` body that has one part, `file`, and no other (dashboard.md §7).
 *
 * @throws {Fault} `payload_too_large`; `invalid_request` for a body that is no form; `validation_failed` for other parts.
 */
export async function readForm(contentType: string, body: Uint8Array, limitBytes: number): Promise<SentFile> {
  const limits = { parts: mostParts, fileBytes: limitBytes, fieldBytes: 1024 }
  const { fields, files, cut } = await readParts(contentType, body, limits)
  if (cut.file) throw tooLarge(limitBytes)
  const [file, ...more] = files.filter(({ part }) => part === 'file')
  const strangers = [
    ...fields.map(([part]) => part),
    ...files.map(({ part }) => part).filter((part) => part !== 'file'),
  ]
  const issues = strangers.map(stranger)
  if (more.length > 0) issues.push({ path: '/file', code: 'too_many', message: 'send one file' })
  if (file === undefined && issues.length === 0)
    issues.push({ path: '/file', code: 'required', message: 'file is required' })
  if (file === undefined || issues.length > 0)
    throw new Fault('validation_failed', 'The form must have one part, a file with the name file', { issues })
  return file
}

/** The refusal of a file that is larger than may come in a request. */
function tooLarge(limitBytes: number): Fault {
  return new Fault('payload_too_large', `A file sent in a form has at most ${limitBytes} bytes`, {
    limitBytes,
  })
}

function stranger(part: string): Issue {
  return {
    path: pointerOf([part]),
    code: part === 'file' ? 'invalid_type' : 'unknown_member',
    message: part === 'file' ? 'file must be a file, with a filename' : `${part} is not known here`,
  }
}
