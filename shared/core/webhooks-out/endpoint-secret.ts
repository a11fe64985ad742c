import { randomBytes } from 'node:crypto'
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import type { EndpointRow } from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'
import { Recent } from '../recent.ts'

type Named = Pick<EndpointRow, 'orgId' | 'id'>

/** A new signing secret, as Standard Webhooks writes it. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** A ciphertext opens for its own endpoint only. */
function contextOf({ orgId, id }: Named): Record<string, string> {
  return { purpose: 'webhook', org: orgId, endpoint: id }
}

/** The secret under KMS, as a row keeps it. */
export async function encryptEndpointSecret(
  { kms, settings }: World,
  of: Named,
  secret: string,
): Promise<string> {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({
      KeyId: settings.keyId,
      Plaintext: Buffer.from(secret, 'utf8'),
      EncryptionContext: contextOf(of),
    }),
  )
  return Buffer.from(CiphertextBlob as Uint8Array).toString('base64')
}

/** Opened before, by ciphertext: an endpoint is told many things with one secret. */
const opened = new Recent<string>(1000)

/** The secrets that sign now: the endpoint's own, and for a day after a rotation the one before. */
export async function signingSecrets(world: World, row: EndpointRow): Promise<string[]> {
  const { previousSecret, previousUntil } = row
  const stillCounts = previousUntil !== null && Date.parse(previousUntil) > world.clock.now()
  const kept = previousSecret !== null && stillCounts ? [row.secret, previousSecret] : [row.secret]
  return await Promise.all(kept.map((ciphertext) => open(world, row, ciphertext)))
}

async function open({ kms, settings }: World, of: Named, ciphertext: string): Promise<string> {
  const key = `${of.orgId} ${of.id} ${ciphertext}`
  const known = opened.get(key)
  if (known !== undefined) return known
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      KeyId: settings.keyId,
      CiphertextBlob: Buffer.from(ciphertext, 'base64'),
      EncryptionContext: contextOf(of),
    }),
  )
  const secret = Buffer.from(Plaintext as Uint8Array).toString('utf8')
  opened.set(key, secret, 1)
  return secret
}
