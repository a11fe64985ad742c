import { createHash } from 'node:crypto'
import type { World } from '../world.ts'

/** A platform secret, and the public name of this state of it. */
export interface PlatformSecret {
  /** Says which of two secrets something was made with; gives nothing of it away. */
  kid: string
  secret: Uint8Array
  /** When it became the current one, in milliseconds since 1970. */
  since: number
}

/** Shortest secret that the service starts with, in bytes. */
const shortest = 32
/** A rotation is looked for this often at most, in milliseconds. */
const lookAgainMs = 60_000

/** What a process knows of one secret. */
interface Known {
  current: Promise<PlatformSecret>
  /** The one before the last rotation; read only when something asks for it. */
  previous: Promise<PlatformSecret | null> | null
  readAt: number
}

const kept = new WeakMap<World['secrets'], Map<string, Known>>()

/** The secret that signs access tokens, cursors and page nonces. */
export async function signingSecret(world: World): Promise<Uint8Array> {
  return (await currentSigningKey(world)).secret
}

/** The current state of a platform secret, by its id. @throws {Error} if it is missing, too short, or a sample. */
export async function platformSecret(world: World, id: string): Promise<Uint8Array> {
  return (await known(world, id).current).secret
}

/** What new tokens are signed with. */
export function currentSigningKey(world: World): Promise<PlatformSecret> {
  return known(world, world.settings.signingSecretId).current
}

/**
 * The signing secret of that name: the current one, or the one before it until the tokens signed with it have ended.
 *
 * @returns null for every other name.
 */
export async function signingKeyNamed(world: World, kid: string): Promise<PlatformSecret | null> {
  const id = world.settings.signingSecretId
  const first = await known(world, id).current
  if (first.kid === kid) return first
  const { current, previous } = lookAgain(world, id)
  const now = await current
  if (now.kid === kid) return now
  const before = await previous
  const graceMs = world.settings.accessTokenSeconds * 1000
  return before?.kid === kid && world.clock.now() < now.since + graceMs ? before : null
}

/** Read once in the life of a function. @throws {Error} if it is missing, shorter than 32 bytes, or a sample. */
function known(world: World, id: string): Known {
  const secrets = kept.get(world.secrets) ?? new Map<string, Known>()
  kept.set(world.secrets, secrets)
  const found = secrets.get(id)
  if (found) return found
  return keep(secrets, id, { current: read(world, id), previous: null, readAt: world.clock.now() })
}

/** Reads both states of a secret, but not for every token with a made-up name. */
function lookAgain(world: World, id: string): Known & { previous: Promise<PlatformSecret | null> } {
  const found = known(world, id)
  const { previous, readAt } = found
  if (previous !== null && world.clock.now() - readAt < lookAgainMs) return { ...found, previous }
  const again = { current: read(world, id), previous: readPrevious(world, id), readAt: world.clock.now() }
  keep(kept.get(world.secrets)!, id, again, found)
  return again
}

function keep(secrets: Map<string, Known>, id: string, entry: Known, before?: Known): Known {
  secrets.set(id, entry)
  // A failed read is not kept: what was known before goes on counting, else the next request tries again.
  const forget = () => {
    if (secrets.get(id) !== entry) return
    if (before) secrets.set(id, before)
    else secrets.delete(id)
  }
  entry.current.catch(forget)
  entry.previous?.catch(forget)
  return entry
}

async function read(
  { secrets }: World,
  SecretId: string,
  VersionStage = 'AWSCURRENT',
): Promise<PlatformSecret> {
  const { secretValue } = await import('./secret-value.ts')
  const answer = await secrets.send(secretValue({ SecretId, VersionStage }))
  const { SecretString = '', CreatedDate, VersionStages = [] } = answer
  const secret = new TextEncoder().encode(SecretString)
  if (secret.length < shortest || /^(.)\1*$|secret|change|example|sample/i.test(SecretString))
    throw new Error(`A platform secret is shorter than ${shortest} bytes or a sample: set a random one`)
  if (!VersionStages.includes(VersionStage)) throw new NoSuchStage(VersionStage)
  return { kid: nameOf(secret), secret, since: CreatedDate?.getTime() ?? 0 }
}

async function readPrevious(world: World, id: string): Promise<PlatformSecret | null> {
  try {
    return await read(world, id, 'AWSPREVIOUS')
  } catch (error) {
    // A secret that was never rotated has none.
    if (error instanceof NoSuchStage) return null
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return null
    throw error
  }
}

class NoSuchStage extends Error {}

function nameOf(secret: Uint8Array): string {
  return createHash('sha256').update('sluice key name ').update(secret).digest('hex').slice(0, 12)
}
