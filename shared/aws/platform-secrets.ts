import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import type { World } from '../world.ts'

/** Shortest secret that the service starts with, in bytes. */
const shortest = 32
const kept = new WeakMap<World['secrets'], Map<string, Promise<Uint8Array>>>()

/** The secret that signs access tokens, cursors and page nonces. */
export function signingSecret(world: World): Promise<Uint8Array> {
  return platformSecret(world, world.settings.signingSecretId)
}

/** The secret that keys for sealed inputs are derived from. */
export function sealingSecret(world: World): Promise<Uint8Array> {
  return platformSecret(world, world.settings.sealingSecretId)
}

/** Read once in the life of a function. @throws {Error} if it is missing, shorter than 32 bytes, or a sample. */
function platformSecret({ secrets }: World, id: string): Promise<Uint8Array> {
  const known = kept.get(secrets) ?? new Map<string, Promise<Uint8Array>>()
  kept.set(secrets, known)
  const reading = known.get(id) ?? read(secrets, id)
  known.set(id, reading)
  // A failed read is not kept: the next request tries again.
  reading.catch(() => known.delete(id))
  return reading
}

async function read(secrets: World['secrets'], SecretId: string): Promise<Uint8Array> {
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }))
  const bytes = new TextEncoder().encode(SecretString)
  if (bytes.length < shortest || /^(.)\1*$|secret|change|example|sample/i.test(SecretString))
    throw new Error(`A platform secret is shorter than ${shortest} bytes or a sample: set a random one`)
  return bytes
}
