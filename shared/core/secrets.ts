import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms'
import { Fault } from '../faults.ts'
import { getSecret, type SecretRow } from '../store/secrets.ts'
import type { World } from '../world.ts'

/** Whose a secret is: an account's, or, with owner `organisation`, everybody's in it. */
export interface SecretName {
  orgId: string
  owner: string
  key: string
}

/** Owner of the secrets that all flows of an organisation see. */
export const organisationOwner = 'organisation'

/** What may be told of a secret. */
export interface SecretEntry {
  key: string
  createdAt: string
  updatedAt: string
}

/** Largest value that KMS encrypts by itself, in bytes. */
const directLimitBytes = 4096
const valueLimitBytes = 64 * 1024

/** The value of a secret: for working steps alone. null if there is none. */
export async function readSecret(world: World, name: SecretName): Promise<string | null> {
  const row = await getSecret(world, name.orgId, name.owner, name.key)
  return row ? await decrypt(world, name, row) : null
}

/** The refusal of a secret that does not exist. */
export function noSecret(): Fault {
  return new Fault('not_found', 'There is no such secret')
}

/** What may be told of a row. */
export function entryOf({ key, createdAt, updatedAt }: SecretRow): SecretEntry {
  return { key, createdAt, updatedAt }
}

/** True for a key that a secret may have. */
export function isSecretKey(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(key)
}

/** @throws {Fault} `validation_failed` for a key or value that cannot be kept. */
export function checkSecret({ key }: SecretName, value: string): void {
  const size = Buffer.byteLength(value)
  const issues = [
    ...(isSecretKey(key)
      ? []
      : [
          {
            path: '/key',
            code: 'invalid_key',
            message: 'Letters, digits and _, at most 128, no digit first',
          },
        ]),
    ...(size >= 1 && size <= valueLimitBytes
      ? []
      : [{ path: '/value', code: 'invalid_size', message: 'A value has 1 byte to 64 KiB' }]),
  ]
  if (issues.length > 0) throw new Fault('validation_failed', 'The secret cannot be kept', { issues })
}

/** A ciphertext opens under its own name only. */
function contextOf({ orgId, owner, key }: SecretName): Record<string, string> {
  return { purpose: 'secret', org: orgId, account: owner, key }
}

/** The value under KMS, as a row keeps it. */
export async function encryptSecret({ kms, settings }: World, name: SecretName, value: string) {
  const plain = Buffer.from(value, 'utf8')
  const EncryptionContext = contextOf(name)
  if (plain.length <= directLimitBytes) {
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: settings.keyId, Plaintext: plain, EncryptionContext }),
    )
    return { ciphertext: base64(CiphertextBlob) }
  }
  const { Plaintext, CiphertextBlob } = await kms.send(
    new GenerateDataKeyCommand({ KeyId: settings.keyId, KeySpec: 'AES_256', EncryptionContext }),
  )
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Plaintext as Uint8Array, iv)
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return {
    ciphertext: base64(CiphertextBlob),
    sealed: Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64'),
  }
}

async function decrypt({ kms, settings }: World, name: SecretName, row: SecretRow): Promise<string> {
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      KeyId: settings.keyId,
      CiphertextBlob: Buffer.from(row.ciphertext, 'base64'),
      EncryptionContext: contextOf(name),
    }),
  )
  if (row.sealed === undefined) return Buffer.from(Plaintext as Uint8Array).toString('utf8')
  const sealed = Buffer.from(row.sealed, 'base64')
  const cipher = createDecipheriv('aes-256-gcm', Plaintext as Uint8Array, sealed.subarray(0, 12))
  cipher.setAuthTag(sealed.subarray(12, 28))
  return Buffer.concat([cipher.update(sealed.subarray(28)), cipher.final()]).toString('utf8')
}

function base64(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes as Uint8Array).toString('base64')
}
