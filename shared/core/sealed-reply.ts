import { hkdfSync } from 'node:crypto'
import { currentSigningKey, signingKeyNamed } from '../aws/platform-secrets.ts'
import type { World } from '../world.ts'

/** Read from disk by the first reply that is kept. */
const jose = () => import('jose')

const fixed = { alg: 'dir', enc: 'A256GCM', typ: 'sluice-reply' } as const

/** Seals a reply that is kept for repetition: it may hold a token (hardening.md rule 20). */
export async function sealReply(world: World, of: string, reply: unknown): Promise<string> {
  const { kid, secret } = await currentSigningKey(world)
  const plain = new TextEncoder().encode(JSON.stringify(reply))
  const { CompactEncrypt } = await jose()
  return await new CompactEncrypt(plain).setProtectedHeader({ ...fixed, kid }).encrypt(keyOf(secret, of))
}

/** Opens what `sealReply` made for the same request. @throws if it is another's, or its secret is gone. */
export async function openReply(world: World, of: string, text: string): Promise<unknown> {
  const { compactDecrypt, decodeProtectedHeader } = await jose()
  const { kid = '' } = decodeProtectedHeader(text) as { kid?: string }
  const key = await signingKeyNamed(world, kid)
  if (key === null) throw new Error('The secret that a kept reply was sealed with is gone')
  const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }
  const { plaintext } = await compactDecrypt(text, keyOf(key.secret, of), options)
  return JSON.parse(new TextDecoder().decode(plaintext))
}

function keyOf(secret: Uint8Array, of: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `sluice reply ${of}`, 32))
}
