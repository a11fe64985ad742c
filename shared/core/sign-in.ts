import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { type AccountRow, emailKey, findAccount } from '../store/accounts.ts'
import { nobodys } from '../store/audit.ts'
import { countTry, uncountTry } from '../store/login-failures.ts'
import {
  getSessionAndAccount,
  putSession,
  revokeSession,
  type SessionRow,
  swapToken,
} from '../store/sessions.ts'
import { putStrongerHash } from '../store/stronger-hash.ts'
import { digest, keys } from '../store/table.ts'
import type { World } from '../world.ts'
import { audit } from './audit.ts'
import { hashPassword, isWeak, verifyNobody, verifyPassword } from './passwords.ts'
import type { Principal } from './principal.ts'
import { answering } from './refusal.ts'
import { endReused, unauthorized } from './refused-credential.ts'
import { isOpen, isRepeat, sessionLifeMs } from './token-family.ts'
import { readToken, signToken } from './tokens.ts'

/** What a sign-in or refresh gives. */
export interface Session {
  token: string
  expiresAt: string
  accountId: string
}

const failureWindowMs = 15 * 60_000
const mostFailures = 10
/** Longest password that is compared, in UTF-16 code units: none is longer. */
const longestPassword = 256

/**
 * Opens a session. An unknown name costs the same time as a known one.
 *
 * @throws {Fault} `unauthorized`; `rate_limited` after 10 failures of one name from one address in 15 minutes.
 */
export async function logIn(
  world: World,
  { username, password, address }: { username: string; password: string; address: string },
): Promise<Session> {
  return await answering(world, async () => {
    const account = await findAccount(world, username)
    const known = account !== null && account.disabled !== true ? account : null
    await provePassword(world, { account: known, username, password, address })
    if (known === null) throw unauthorized()
    if (isWeak(known.passwordHash))
      await putStrongerHash(world, keys.account(known.orgId, known.id), {
        weak: known.passwordHash,
        strong: await hashPassword(password),
      })
    return await openSession(world, known, address)
  })
}

/**
 * Compares a password, and counts it if it is wrong.
 *
 * @param tried.account null for a name that nobody has, which is refused in the same time.
 * @throws {Fault} `unauthorized`, `rate_limited`.
 */
export async function provePassword(
  world: World,
  tried: { account: AccountRow | null; username: string; password: string; address: string },
): Promise<void> {
  const { account, username, password, address } = tried
  const scope = `login#${digest(`${emailKey(username)} ${address}`)}`
  const now = world.clock.now()
  const until = await countTry(world, scope, { now, windowMs: failureWindowMs, most: mostFailures })
  if (until !== null) throw tooMany(until - now)
  const right =
    account !== null && password.length <= longestPassword
      ? await verifyPassword(password, account.passwordHash)
      : await verifyNobody(password.slice(0, longestPassword))
  if (right) return await uncountTry(world, scope, now)
  // Names that nobody has leave an entry too: else the missing write would tell them from others.
  await audit(world, account?.orgId ?? nobodys, {
    actor: 'system',
    action: 'session.refused',
    target: account?.id ?? 'none',
    address,
  })
  throw unauthorized()
}

function tooMany(milliseconds: number): Fault {
  const retryAfterSeconds = Math.max(1, Math.ceil(milliseconds / 1000))
  return new Fault('rate_limited', 'Too many failed sign-ins', { limit: mostFailures, retryAfterSeconds })
}

/** Opens a session for somebody who has proven who he is. */
export async function openSession(world: World, account: AccountRow, address: string): Promise<Session> {
  const now = world.clock.now()
  const row: SessionRow = {
    id: world.ids.uuid(),
    orgId: account.orgId,
    accountId: account.id,
    epoch: account.epoch,
    jti: world.ids.uuid(),
    issuedAt: Math.floor(now / 1000),
    openedAt: now,
    ttl: Math.ceil((now + sessionLifeMs) / 1000) + 86_400,
  }
  await putSession(world, row)
  await audit(world, account.orgId, {
    actor: `user:${account.id}`,
    action: 'session.opened',
    target: row.id,
    address,
  })
  return await tokenOf(world, row, account)
}

async function tokenOf(world: World, row: SessionRow, { role }: AccountRow): Promise<Session> {
  const { accountId: sub, orgId: org, id: sid, jti, issuedAt: iat } = row
  const end = Math.floor((row.openedAt + sessionLifeMs) / 1000)
  return { ...(await signToken(world, { sub, org, sid, jti, iat, role }, end)), accountId: sub }
}

/**
 * Swaps the token for a new one. The token before may be swapped again for 60 s and gives the same bytes; any later use
 * of it ends the session.
 *
 * @throws {Fault} `unauthorized`
 */
export async function refresh(world: World, token: string): Promise<Session> {
  return await answering(world, async () => {
    const claims = await readToken(world, token)
    if (claims === null) throw unauthorized()
    const { session, account } = await getSessionAndAccount(world, claims.org, claims.sid, claims.sub)
    const now = world.clock.now()
    if (session === null || account === null || !isOpen(session, account, now)) throw unauthorized()
    const swap = { from: claims.jti, to: world.ids.uuid(), issuedAt: Math.floor(now / 1000), now }
    const { swapped, row } = await swapToken(world, session, swap)
    if (row === null || row.revokedAt !== undefined) throw unauthorized()
    if (swapped || isRepeat(row, claims.jti, now)) return await tokenOf(world, row, account)
    await endReused(world, row)
    throw unauthorized()
  })
}

/** Ends the session at once. @throws {Fault} `unauthorized` for a key, which has none. */
export async function logOut(
  world: World,
  { orgId, sessionId, actor, requestId, address }: Principal,
): Promise<void> {
  if (sessionId === null) throw unauthorized()
  await answering(world, async () => {
    if (await revokeSession(world, orgId, sessionId, instant(world.clock.now())))
      await audit(world, orgId, { actor, action: 'session.revoked', target: sessionId, requestId, address })
  })
}
