import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../shared/world.ts'
import { CannotStart } from './data-folder.ts'
import type { Call, Endpoint, Reply } from './endpoint.ts'
import { refusal } from './endpoint.ts'
import { writePrivateFile } from './private-file.ts'

/** The KMS endpoint of the local account: one symmetric key (aws.md 6.5). */
export interface Kms extends Endpoint {
  /** Id of the key; its ARN and `alias/local-sluice` name it too. */
  readonly keyId: string
}

interface Key {
  id: string
  /** 32 bytes as base64. */
  material: string
}

type Request = Record<string, unknown>
type Context = Record<string, string>
type Operations = Record<string, (request: Request) => object>

const alias = 'alias/local-sluice'
const accountArn = 'arn:aws:kms:us-east-1:000000000000'
const algorithm = 'SYMMETRIC_DEFAULT'
const plaintextLimit = 4096
const formatVersion = 1
const ivBytes = 12
const tagBytes = 16

class KmsRefusal extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

/**
 * Opens the key of the folder, which is made with mode 0600 the first time.
 *
 * @throws {CannotStart} when the key is gone but something was encrypted with it, or its file is no key.
 */
export function openKms({ dir, log }: { dir: string; log?: Log }): Kms {
  const key = openKey(dir)
  const operations: Operations = {
    Encrypt: (request) => encrypt(key, request, dir),
    Decrypt: (request) => decrypt(key, request),
    GenerateDataKey: (request) => generateDataKey(key, request, dir),
    DescribeKey: (request) => describeKey(key, request),
  }
  return {
    service: 'KMS',
    keyId: key.id,
    handle: async (call) => handle(operations, log, call),
  }
}

function openKey(dir: string): Key {
  const file = join(dir, 'kms.key')
  if (!existsSync(file)) {
    if (existsSync(usedMark(dir))) {
      throw new CannotStart(
        `The key file ${file} is missing, and secrets were encrypted with it. Restore it from a copy, or remove ${usedMark(dir)} to give them up.`,
      )
    }
    writePrivateFile(file, JSON.stringify({ id: randomUUID(), material: randomBytes(32).toString('base64') }))
  }
  const key = readKey(file)
  if (key && Buffer.from(key.material, 'base64').length === 32) return key
  throw new CannotStart(`The key file ${file} is damaged. Restore it from a copy.`)
}

function readKey(file: string): Key | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Key
  } catch {
    return undefined
  }
}

/** The file that says that ciphertexts exist. */
function usedMark(dir: string): string {
  return join(dir, 'kms.used')
}

function handle(operations: Operations, log: Log | undefined, { target, body }: Call): Reply {
  const name = target.startsWith('TrentService.') ? target.slice('TrentService.'.length) : ''
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
  if (!operation) {
    log?.warn(`KMS operation ${target} is not served here`)
    return refusal('UnknownOperationException', `KMS operation ${target} is not served here`)
  }
  try {
    const headers = { 'content-type': 'application/x-amz-json-1.1' }
    return { status: 200, headers, body: JSON.stringify(operation(JSON.parse(body) as Request)) }
  } catch (error) {
    if (error instanceof KmsRefusal) return refusal(error.type, error.message)
    if (error instanceof SyntaxError) return refusal('SerializationException', 'The body is not JSON')
    return refusal('KMSInternalException', 'Internal error', 500)
  }
}

function keyArn(key: Key): string {
  return `${accountArn}:key/${key.id}`
}

function needKey(key: Key, keyId: unknown): void {
  const names = [key.id, keyArn(key), alias, `${accountArn}:${alias}`]
  if (typeof keyId === 'string' && names.includes(keyId)) return
  throw new KmsRefusal('NotFoundException', `Key '${String(keyId)}' does not exist`)
}

function encrypt(key: Key, request: Request, dir: string): object {
  needKey(key, request.KeyId)
  const plaintext = bytesOf(request.Plaintext, 'plaintext')
  if (plaintext.length < 1 || plaintext.length > plaintextLimit) {
    throw new KmsRefusal(
      'ValidationException',
      `Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and ${plaintextLimit}`,
    )
  }
  return {
    CiphertextBlob: seal(key, plaintext, contextOf(request), dir),
    KeyId: keyArn(key),
    EncryptionAlgorithm: algorithm,
  }
}

function generateDataKey(key: Key, request: Request, dir: string): object {
  needKey(key, request.KeyId)
  const plaintext = randomBytes(dataKeyBytes(request))
  return {
    CiphertextBlob: seal(key, plaintext, contextOf(request), dir),
    Plaintext: plaintext.toString('base64'),
    KeyId: keyArn(key),
  }
}

function dataKeyBytes({ KeySpec, NumberOfBytes }: Request): number {
  if (KeySpec === 'AES_256') return 32
  if (KeySpec === 'AES_128') return 16
  const fits = Number.isInteger(NumberOfBytes) && Number(NumberOfBytes) >= 1 && Number(NumberOfBytes) <= 1024
  if (fits) return Number(NumberOfBytes)
  throw new KmsRefusal('ValidationException', 'Please specify either number of bytes or key spec.')
}

function decrypt(key: Key, request: Request): object {
  if (request.KeyId !== undefined) needKey(key, request.KeyId)
  const plaintext = unseal(key, bytesOf(request.CiphertextBlob, 'ciphertextBlob'), contextOf(request))
  return { Plaintext: plaintext.toString('base64'), KeyId: keyArn(key), EncryptionAlgorithm: algorithm }
}

function describeKey(key: Key, { KeyId }: Request): object {
  needKey(key, KeyId)
  return {
    KeyMetadata: {
      KeyId: key.id,
      Arn: keyArn(key),
      AWSAccountId: '000000000000',
      Enabled: true,
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: algorithm,
      CustomerMasterKeySpec: algorithm,
      EncryptionAlgorithms: [algorithm],
      KeyManager: 'CUSTOMER',
      Origin: 'AWS_KMS',
      MultiRegion: false,
    },
  }
}

function bytesOf(written: unknown, name: string): Buffer {
  if (typeof written === 'string') return Buffer.from(written, 'base64')
  throw new KmsRefusal(
    'ValidationException',
    `Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  )
}

function contextOf({ EncryptionContext }: Request): Context {
  const context = EncryptionContext ?? {}
  const valid =
    typeof context === 'object' && Object.values(context).every((value) => typeof value === 'string')
  if (valid) return context as Context
  throw new KmsRefusal('ValidationException', 'The encryption context must map text to text')
}

/** The context as bytes, whatever order it was written in. */
function associatedData(context: Context): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** version | iv | tag | ciphertext, as base64. */
function seal(key: Key, plaintext: Buffer, context: Context, dir: string): string {
  // Before the first ciphertext leaves: without its key it would be lost.
  if (!existsSync(usedMark(dir))) writePrivateFile(usedMark(dir), '')
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), iv)
  cipher.setAAD(associatedData(context))
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([Buffer.from([formatVersion]), iv, cipher.getAuthTag(), sealed]).toString('base64')
}

function unseal(key: Key, blob: Buffer, context: Context): Buffer {
  const start = 1 + ivBytes + tagBytes
  if (blob[0] !== formatVersion || blob.length < start) throw new KmsRefusal('InvalidCiphertextException', '')
  const iv = blob.subarray(1, 1 + ivBytes)
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), iv)
  decipher.setAAD(associatedData(context))
  decipher.setAuthTag(blob.subarray(1 + ivBytes, start))
  try {
    return Buffer.concat([decipher.update(blob.subarray(start)), decipher.final()])
  } catch {
    throw new KmsRefusal('InvalidCiphertextException', '')
  }
}
