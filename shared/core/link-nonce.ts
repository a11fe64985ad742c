import { createHmac, timingSafeEqual } from 'node:crypto'
import { signingSecret } from '../aws/platform-secrets.ts'
import type { World } from '../world.ts'

/** How long an opened page may be answered. */
const lifeMs = 30 * 60_000

/** What a page is given with its form: proves that the page was opened before it is answered, and when. */
export async function makeNonce(world: World, token: string, waitId: string): Promise<string> {
  return await nonceAt(world, token, waitId, world.clock.now())
}

/** Whether the nonce is of this token and wait, and not older than 30 minutes. */
export async function isNonce(world: World, token: string, waitId: string, nonce: unknown): Promise<boolean> {
  if (typeof nonce !== 'string' || nonce.length > 100) return false
  const at = Number.parseInt(nonce.split('.')[0] ?? '', 36)
  const age = world.clock.now() - at
  // A function whose clock is a little ahead may have made it.
  if (!(age >= -5000 && age <= lifeMs)) return false
  const right = Buffer.from(await nonceAt(world, token, waitId, at))
  const given = Buffer.from(nonce)
  return given.length === right.length && timingSafeEqual(given, right)
}

async function nonceAt(world: World, token: string, waitId: string, at: number): Promise<string> {
  const mac = createHmac('sha256', await signingSecret(world)).update(`link page ${token} ${waitId} ${at}`)
  return `${at.toString(36)}.${mac.digest('base64url')}`
}
