import { hkdfSync } from 'node:crypto'
import { signingSecret } from '../aws/platform-secrets.ts'
import type { World } from '../world.ts'

/** Read from disk by the first reply that is kept. */
const jose = () => import('jose')

const header = { alg: 'dir', enc: 'A256GCM', typ: 'sluice-reply' } as const

/** Seals a reply that is kept for repetition: it may hold a token (hardening.md rule 20). */
export async function sealReply(world: World, of: string, reply: unknown): Promise<string> {
  const plain = new TextEncoder().encode(JSON.stringify(reply))
  const { CompactEncrypt } = await jose()
  return await new CompactEncrypt(plain).setProtectedHeader(header).encrypt(await keyOf(world, of))
}

/** Opens what `sealReply` made for the same request. */
export async function openReply(world: World, of: string, text: string): Promise<unknown> {
  const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }
  const { compactDecrypt } = await jose()
  const { plaintext } = await compactDecrypt(text, await keyOf(world, of), options)
  return JSON.parse(new TextDecoder().decode(plaintext))
}

async function keyOf(world: World, of: string): Promise<Uint8Array> {
  const secret = await signingSecret(world)
  return new Uint8Array(hkdfSync('sha256', secret, '', `sluice reply ${of}`, 32))
}
