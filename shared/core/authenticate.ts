import { findApiKey } from '../store/api-keys.ts'
import { getSessionAndAccount } from '../store/sessions.ts'
import { digest } from '../store/table.ts'
import type { World } from '../world.ts'
import type { Principal, Scope } from './principal.ts'
import { endReused, unauthorized } from './sign-in.ts'
import { readToken } from './tokens.ts'

const leewayMs = 60_000

/**
 * Says who calls, from the Authorization header alone. Session, key and account are read strongly, so that logout,
 * revocation and a change of role bite at the next request.
 *
 * @throws {Fault} `unauthorized`, the same for every cause.
 */
export async function authenticate(world: World, header: string | undefined): Promise<Principal> {
  const credential = /^bearer +(\S+)$/i.exec(header ?? '')?.[1]
  if (credential === undefined) throw unauthorized()
  return credential.startsWith('pat_') ? byKey(world, credential) : byToken(world, credential)
}

async function byKey(world: World, text: string): Promise<Principal> {
  if (!/^pat_[0-9A-Za-z]{12}_[\w-]{43}$/.test(text)) throw unauthorized()
  const found = await findApiKey(world, digest(text))
  if (found === null) throw unauthorized()
  const { key, account } = found
  const expired = key.expiresAt !== null && Date.parse(key.expiresAt) <= world.clock.now()
  if (key.revokedAt !== undefined || expired || account.disabled) throw unauthorized()
  return {
    orgId: key.orgId,
    actor: `key:${key.id}`,
    accountId: account.id,
    email: account.email,
    role: account.role,
    scopes: key.scopes as Scope[],
    sessionId: null,
  }
}

async function byToken(world: World, token: string): Promise<Principal> {
  const claims = await readToken(world, token)
  if (claims === null) throw unauthorized()
  const { session, account } = await getSessionAndAccount(world, claims.org, claims.sid, claims.sub)
  if (session === null || account === null || session.revokedAt !== undefined || account.disabled)
    throw unauthorized()
  if (session.jti !== claims.jti) {
    // Within the leeway another tab may still hold it; after that somebody else may.
    const stale =
      session.previousJti !== claims.jti || world.clock.now() > (session.swappedAt ?? 0) + leewayMs
    if (stale) await endReused(world, session)
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
  }
}
