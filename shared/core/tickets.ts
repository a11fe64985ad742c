import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { instant } from '../aws/clock.ts'
import type { TicketHolder, TicketKind, TicketTools } from '../steps/user-tools.ts'
import { digest } from '../store/table.ts'
import { findTicket, putTicket, useTicket } from '../store/tickets.ts'
import type { JsonObject, World } from '../world.ts'
import { derivedKey, keyedDigest } from './people-key.ts'
import { sealTicket } from './sealing.ts'
import { uuidOf } from './step-key.ts'

/** A ticket's row outlives it by a day, so that a late try is told like any other. */
const keptSeconds = 86_400
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const ed25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Tickets and assertions of the organisation whose flow runs, for one visit of a step. */
export function ticketsFor(
  world: World,
  { orgId, runId }: { orgId: string; runId: string },
  effectKey: string,
): TicketTools {
  return {
    async issue(kind, holder, ttlSeconds) {
      // Made of the visit: a second try hands out no second ticket.
      const ticket = (await keyedDigest(world, 'tickets', [orgId, kind, effectKey])).toString('base64url')
      const expiresAt = await keep(world, orgId, kind, ticket, holder, ttlSeconds)
      return { ticket: await sealTicket(world, { orgId, runId }, ticket), expiresAt }
    },
    async assert({ userId, audience, claims, ttlSeconds }) {
      const iat = Math.floor(world.clock.now() / 1000)
      const text = await sign(
        world,
        { ...claims, org: orgId },
        {
          ...{ userId, audience, iat, exp: iat + ttlSeconds, jti: uuidOf(`assertion ${effectKey}`) },
        },
      )
      const expiresAt = instant((iat + ttlSeconds) * 1000)
      return { assertion: await sealTicket(world, { orgId, runId }, text), expiresAt }
    },
    check: (kind, ticket, consume) => check(world, orgId, effectKey, { kind, ticket, consume }),
  }
}

/** The public half of what assertions are signed with, as a JWK Set. */
export async function assertionKeys(world: World): Promise<{ keys: JsonObject[] }> {
  const { kid, key } = await signingPair(world)
  const jwk = createPublicKey(key).export({ format: 'jwk' }) as JsonObject
  return { keys: [{ ...jwk, kid, alg: 'EdDSA', use: 'sig' }] }
}

async function keep(
  world: World,
  orgId: string,
  kind: TicketKind,
  ticket: string,
  { userId, email, claims }: TicketHolder,
  ttlSeconds: number,
): Promise<string> {
  const end = world.clock.now() + ttlSeconds * 1000
  const ttl = Math.ceil(end / 1000) + keptSeconds
  const row = { orgId, kind, userId, email, claims: JSON.stringify(claims), expiresAt: instant(end), ttl }
  const sha256 = digest(ticket)
  await putTicket(world, sha256, row)
  return (await findTicket(world, sha256))?.expiresAt ?? row.expiresAt
}

async function check(
  world: World,
  orgId: string,
  effectKey: string,
  { kind, ticket, consume }: { kind: TicketKind; ticket: string; consume: boolean },
): Promise<TicketHolder | null> {
  const sha256 = digest(ticket.trim())
  const row = await findTicket(world, sha256)
  if (row === null || row.orgId !== orgId || row.kind !== kind) return null
  const mine = row.usedBy === effectKey
  if (!mine && (row.usedBy !== undefined || world.clock.now() >= Date.parse(row.expiresAt))) return null
  if (consume && !mine && !(await useTicket(world, sha256, effectKey))) return null
  return { userId: row.userId, email: row.email, claims: JSON.parse(row.claims) as JsonObject }
}

async function sign(
  world: World,
  claims: JsonObject,
  {
    userId,
    audience,
    iat,
    exp,
    jti,
  }: { userId: string; audience: string; iat: number; exp: number; jti: string },
): Promise<string> {
  const { kid, key } = await signingPair(world)
  const { SignJWT } = await import('jose')
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'assertion+jwt', kid })
    .setIssuer(world.settings.baseUrl)
    .setAudience(audience)
    .setSubject(userId)
    .setJti(jti)
    .setIssuedAt(iat)
    .setExpirationTime(exp)
    .sign(key)
}

async function signingPair(world: World): Promise<{ kid: string; key: KeyObject }> {
  const seed = await derivedKey(world, 'assertion key')
  const der = Buffer.concat([ed25519, seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return { kid: digest(x).slice(0, 12), key }
}
