import { instant } from '../aws/clock.ts'
import {
  type ApiKeyPointer,
  type ApiKeyRow,
  findApiKey,
  getKeyAndAccount,
  noteUse,
} from '../store/api-keys.ts'
import { getSessionAndAccount } from '../store/sessions.ts'
import { digest } from '../store/table.ts'
import type { World } from '../world.ts'
import { keyCounts } from './key-counts.ts'
import type { Principal, Scope } from './principal.ts'
import { Recent } from './recent.ts'
import { answering } from './refusal.ts'
import { endReused, unauthorized } from './refused-credential.ts'
import { isOpen, isRepeat } from './token-family.ts'
import { readToken } from './tokens.ts'

/** Where keys lie, by table and sha256: that never changes, so it is read once; whether a key counts is not kept. */
const pointers = new WeakMap<World['db'], Recent<ApiKeyPointer>>()
const mostPointers = 10_000

/**
 * Says who calls, from the Authorization header alone. Session, key and account are read strongly, so that logout,
 * revocation and a change of role bite at the next request.
 *
 * @throws {Fault} `unauthorized`, the same for every cause; `unavailable` if that cannot be known now.
 */
export async function authenticate(world: World, header: string | undefined): Promise<Principal> {
  const credential = /^bearer +(\S+)$/i.exec(header ?? '')?.[1]
  if (credential === undefined) throw unauthorized()
  const read = credential.startsWith('pat_') ? byKey : byToken
  return await answering(world, () => read(world, credential))
}

async function byKey(world: World, text: string): Promise<Principal> {
  if (!/^pat_[0-9A-Za-z]{12}_[\w-]{43}$/.test(text)) throw unauthorized()
  const pointer = await pointerOf(world, digest(text))
  if (pointer === null) throw unauthorized()
  const { key, account } = await getKeyAndAccount(world, pointer)
  if (key === null || account === null || account.disabled || !keyCounts(key, world.clock.now()))
    throw unauthorized()
  await noteHour(world, key)
  return {
    orgId: key.orgId,
    actor: `key:${key.id}`,
    accountId: account.id,
    email: account.email,
    role: account.role,
    scopes: key.scopes as Scope[],
    sessionId: null,
    until: key.expiresAt === null ? null : Date.parse(key.expiresAt),
  }
}

async function pointerOf(world: World, sha256: string): Promise<ApiKeyPointer | null> {
  const known = pointers.get(world.db) ?? new Recent<ApiKeyPointer>(mostPointers)
  pointers.set(world.db, known)
  const found = known.get(sha256) ?? (await findApiKey(world, sha256))
  if (found !== null) known.set(sha256, found, 1)
  return found
}

/** Notes the use of a key, once an hour. */
async function noteHour(world: World, key: ApiKeyRow): Promise<void> {
  const hour = `${instant(world.clock.now()).slice(0, 13)}:00:00.000Z`
  if (key.lastUsedAt === hour) return
  try {
    await noteUse(world, key, hour)
  } catch (error) {
    // Who calls is known: that the hour could not be noted is no reason to turn him away.
    world.log.warn('The use of a key could not be noted', { error: (error as Error).name })
  }
}

/** Few callers come with somebody else's tokens: only they read from disk what looks at those. */
async function byOutsideToken(world: World, token: string): Promise<Principal> {
  const { readExternalToken } = await import('./external-token.ts')
  const principal = await readExternalToken(world, token)
  if (principal === null) throw unauthorized()
  return principal
}

async function byToken(world: World, token: string): Promise<Principal> {
  const claims = await readToken(world, token)
  if (claims === null) return await byOutsideToken(world, token)
  const { session, account } = await getSessionAndAccount(world, claims.org, claims.sid, claims.sub)
  const now = world.clock.now()
  if (session === null || account === null || !isOpen(session, account, now)) throw unauthorized()
  if (session.jti !== claims.jti) {
    // For a minute another tab may still hold the token before; after that somebody else may.
    if (!isRepeat(session, claims.jti, now)) await endReused(world, session)
    throw unauthorized()
  }
  return {
    orgId: session.orgId,
    actor: `user:${account.id}`,
    accountId: account.id,
    email: account.email,
    role: account.role,
    scopes: null,
    sessionId: session.id,
    until: claims.exp * 1000,
  }
}
