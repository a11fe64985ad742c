import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { type AccountRow, emailKey, findAccount, renewHash } from '../store/accounts.ts'
import { addTo, countIn } from '../store/rates.ts'
import {
  getSessionAndAccount,
  putSession,
  revokeSession,
  type SessionRow,
  swapToken,
} from '../store/sessions.ts'
import { digest } from '../store/table.ts'
import type { World } from '../world.ts'
import { audit } from './audit.ts'
import { hashPassword, isWeak, verifyNobody, verifyPassword } from './passwords.ts'
import type { Principal } from './principal.ts'
import { readToken, signToken } from './tokens.ts'

/** What a sign-in or refresh gives. */
export interface Session {
  token: string
  expiresAt: string
  accountId: string
}

const sessionLifeMs = 30 * 86_400_000
/** The token before may be swapped once more, e.g. by a second tab, and yields the same bytes. */
const leewayMs = 60_000
const failureWindowMs = 15 * 60_000
const mostFailures = 10

/** The one refusal of everything that is no valid credential. */
export function unauthorized(): Fault {
  return new Fault('unauthorized', 'A valid credential is needed')
}

/**
 * Opens a session. An unknown name costs the same time as a known one.
 *
 * @throws {Fault} `unauthorized`; `rate_limited` after 10 failures of one name from one address in 15 minutes.
 */
export async function logIn(
  world: World,
  { username, password, address }: { username: string; password: string; address: string },
): Promise<Session> {
  const failures = failureCount(world, username, address)
  await refuseGuessing(world, failures)
  const account = await findAccount(world, username)
  const right =
    account === null || password.length > 1024
      ? await verifyNobody('not this one')
      : await verifyPassword(password, account.passwordHash)
  if (!right || account === null || account.disabled) {
    await addTo(world, failures.scope, failures.window, Math.ceil((failures.endsAt + failureWindowMs) / 1000))
    if (account !== null)
      await audit(world, account.orgId, {
        actor: 'system',
        action: 'session.refused',
        target: account.id,
        address,
      })
    throw unauthorized()
  }
  if (isWeak(account.passwordHash)) await renewHash(world, account, await hashPassword(password))
  return openSession(world, account, address)
}

interface Failures {
  scope: string
  window: string
  /** Milliseconds since 1970. */
  endsAt: number
}

function failureCount({ clock }: World, username: string, address: string): Failures {
  const start = Math.floor(clock.now() / failureWindowMs) * failureWindowMs
  const scope = `login#${digest(`${emailKey(username)} ${address}`)}`
  return { scope, window: new Date(start).toISOString(), endsAt: start + failureWindowMs }
}

async function refuseGuessing(world: World, { scope, window, endsAt }: Failures): Promise<void> {
  if ((await countIn(world, scope, window)) < mostFailures) return
  const retryAfterSeconds = Math.max(1, Math.ceil((endsAt - world.clock.now()) / 1000))
  throw new Fault('rate_limited', 'Too many failed sign-ins', { limit: mostFailures, retryAfterSeconds })
}

async function openSession(world: World, account: AccountRow, address: string): Promise<Session> {
  const now = world.clock.now()
  const row: SessionRow = {
    id: world.ids.uuid(),
    orgId: account.orgId,
    accountId: account.id,
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
  return tokenOf(world, row, account)
}

async function tokenOf(world: World, row: SessionRow, { role }: AccountRow): Promise<Session> {
  const { accountId: sub, orgId: org, id: sid, jti, issuedAt: iat } = row
  return { ...(await signToken(world, { sub, org, sid, jti, iat, role })), accountId: sub }
}

/**
 * Swaps the token for a new one. The token before may be swapped again for 60 s and gives the same bytes; any later use
 * of it ends the session.
 *
 * @throws {Fault} `unauthorized`
 */
export async function refresh(world: World, token: string): Promise<Session> {
  const claims = await readToken(world, token)
  if (claims === null) throw unauthorized()
  const { session, account } = await getSessionAndAccount(world, claims.org, claims.sid, claims.sub)
  if (session === null || account === null || account.disabled || session.revokedAt !== undefined)
    throw unauthorized()
  const now = world.clock.now()
  if (now > session.openedAt + sessionLifeMs) throw unauthorized()
  const issuedAt = Math.floor(now / 1000)
  const { swapped, row } = await swapToken(world, session, {
    from: claims.jti,
    to: world.ids.uuid(),
    issuedAt,
    now,
  })
  if (row === null || row.revokedAt !== undefined) throw unauthorized()
  if (swapped || isRepeat(row, claims.jti, now)) return tokenOf(world, row, account)
  await endReused(world, row)
  throw unauthorized()
}

function isRepeat({ previousJti, swappedAt = 0 }: SessionRow, jti: string, now: number): boolean {
  return previousJti === jti && now <= swappedAt + leewayMs
}

/** A token that was replaced is used again: somebody else may have it. */
export async function endReused(world: World, { orgId, id, accountId }: SessionRow): Promise<void> {
  await revokeSession(world, orgId, id, instant(world.clock.now()))
  await audit(world, orgId, { actor: `user:${accountId}`, action: 'session.reuse_detected', target: id })
}

/** Ends the session at once. */
export async function logOut(
  world: World,
  { orgId, sessionId, actor, requestId, address }: Principal,
): Promise<void> {
  if (sessionId === null) throw unauthorized()
  await revokeSession(world, orgId, sessionId, instant(world.clock.now()))
  await audit(world, orgId, { actor, action: 'session.revoked', target: sessionId, requestId, address })
}
