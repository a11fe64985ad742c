import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { Fault, type Issue } from '../faults.ts'
import { pointerOf } from '../pointer.ts'

/** The one file of a form. */
export interface FormFile {
  filename: string
  contentType: string
  bytes: Uint8Array
}

/** More parts than this are not told one by one. */
const mostParts = 20

/**
 * Reads a `multipart/form-data` body that has one part, `file`, and no other (dashboard.md §7). The size is judged while it is
 * read.
 *
 * @throws {Fault} `payload_too_large`; `invalid_request` for a body that is no form; `validation_failed` for other parts.
 */
export async function readForm(contentType: string, body: Uint8Array, limitBytes: number): Promise<FormFile> {
  const { files, issues, isLarge } = await parse(contentType, body, limitBytes)
  if (isLarge) throw tooLarge(limitBytes)
  const [file, ...more] = files
  if (more.length > 0) issues.push({ path: '/file', code: 'too_many', message: 'send one file' })
  if (file === undefined && issues.length === 0)
    issues.push({ path: '/file', code: 'required', message: 'file is required' })
  if (file === undefined || issues.length > 0)
    throw new Fault('validation_failed', 'The form must have one part, a file with the name file', { issues })
  return file
}

/** The refusal of a file that is larger than may come in a request. */
export function tooLarge(limitBytes: number): Fault {
  return new Fault('payload_too_large', `A file sent in a form has at most ${limitBytes} bytes`, {
    limitBytes,
  })
}

interface Parsed {
  files: FormFile[]
  issues: Issue[]
  isLarge: boolean
}

function parse(contentType: string, body: Uint8Array, limitBytes: number): Promise<Parsed> {
  const found: Parsed = { files: [], issues: [], isLarge: false }
  const { promise, resolve, reject } = Promise.withResolvers<Parsed>()
  const broken = (error: unknown) => reject(noForm(error))
  try {
    const parser = new Busboy({
      headers: { 'content-type': contentType },
      limits: { fileSize: limitBytes, parts: mostParts, fieldSize: 1024, headerPairs: 20 },
      // A name that is a place is refused, not cut.
      preservePath: true,
    })
    parser.on('error', broken)
    parser.on('field', (name) => void found.issues.push(stranger(name)))
    parser.on('file', (name, stream, filename, _encoding, type) => {
      stream.on('error', broken)
      if (name !== 'file') found.issues.push(stranger(name))
      keep(stream, (bytes) => {
        if (stream.truncated) found.isLarge = true
        if (name === 'file') found.files.push({ filename: filename ?? '', contentType: type, bytes })
      })
    })
    parser.on('finish', () => resolve(found))
    parser.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  } catch (error) {
    broken(error)
  }
  return promise
}

function keep(stream: BusboyFileStream, done: (bytes: Uint8Array) => void): void {
  const chunks: Uint8Array[] = []
  stream.on('data', (chunk: Uint8Array) => void chunks.push(chunk))
  stream.on('end', () => done(Buffer.concat(chunks)))
}

function stranger(name: string): Issue {
  const label = name === 'file' ? 'file must be a file, with a filename' : `${name} is not known here`
  return {
    path: pointerOf([name]),
    code: name === 'file' ? 'invalid_type' : 'unknown_member',
    message: label,
  }
}

function noForm(cause: unknown): Fault {
  return new Fault('invalid_request', 'The body is no multipart/form-data that can be read', {}, cause)
}
