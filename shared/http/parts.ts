import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { Fault } from '../faults.ts'

/** A file of a form. */
export interface SentFile {
  /** The name of its part. */
  part: string
  filename: string
  contentType: string
  bytes: Uint8Array
}

/** What a form holds. */
export interface SentForm {
  /** Texts by the names of their parts, in their order. */
  fields: [part: string, text: string][]
  files: SentFile[]
  /** What is larger than may be, or more, and so not whole. */
  cut: { file: boolean; field: boolean; parts: boolean }
}

/** The most that a form may hold: more parts than that are not read, and of larger ones not the rest. */
export interface FormLimits {
  parts: number
  fileBytes: number
  fieldBytes: number
}

/**
 * Reads a `multipart/form-data` body. Sizes are judged while it is read.
 *
 * @throws {Fault} `invalid_request` for a body that is no form.
 */
export function readParts(contentType: string, body: Uint8Array, limits: FormLimits): Promise<SentForm> {
  const found: SentForm = { fields: [], files: [], cut: { file: false, field: false, parts: false } }
  const { promise, resolve, reject } = Promise.withResolvers<SentForm>()
  const broken = (error: unknown) => reject(noForm(error))
  try {
    const parser = new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        ...{ parts: limits.parts, fileSize: limits.fileBytes, fieldSize: limits.fieldBytes },
        headerPairs: 20,
      },
      // A name that is a place is refused, not cut.
      preservePath: true,
    })
    parser.on('error', broken)
    parser.on('field', (part, text, _isPartCut, isCut) => {
      if (isCut) found.cut.field = true
      found.fields.push([part, text])
    })
    parser.on('file', (part, stream, filename, _encoding, type) => {
      stream.on('error', broken)
      keep(stream, (bytes) => {
        if (stream.truncated) found.cut.file = true
        found.files.push({ part, filename: filename ?? '', contentType: type, bytes })
      })
    })
    parser.on('partsLimit', () => {
      found.cut.parts = true
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

function noForm(cause: unknown): Fault {
  return new Fault('invalid_request', 'The body is no multipart/form-data that can be read', {}, cause)
}
