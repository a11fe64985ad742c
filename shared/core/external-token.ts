import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { findTrustedIssuer, type TrustedIssuer } from '../store/organisations.ts'
import type { World } from '../world.ts'
import type { Principal } from './principal.ts'
import { type Role, roles } from './roles.ts'

/** Longest token that is looked at, in characters, and the longest life of one, in seconds. */
const longest = 8192
const longestLifeSeconds = 3600
const keysTimeoutMs = 5_000
const mostKeySets = 100

/** Key sets by address: jose keeps their keys for ten minutes, and asks again for a key it does not know. */
const keySets = new WeakMap<World['outbound'], Map<string, JWTVerifyGetKey>>()

/**
 * Who calls with a token of an issuer that some organisation trusts (conventions.md §1); null for everything else. The
 * issuer's keys are fetched from the address that the organisation has set, never from one that the token names.
 */
export async function readExternalToken(world: World, token: string): Promise<Principal | null> {
  if (token.length > longest) return null
  const { jwtVerify } = await import('jose')
  const issuer = await issuerNamed(token)
  if (issuer === null || issuer === world.settings.baseUrl) return null
  const trusted = await findTrustedIssuer(world, issuer)
  if (trusted === null) return null
  try {
    const { payload } = await jwtVerify(token, await keysOf(world, trusted.issuer.jwksUrl), {
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      issuer,
      audience: trusted.issuer.audience,
      requiredClaims: ['sub', 'iat', 'exp'],
      maxTokenAge: longestLifeSeconds,
      clockTolerance: 5,
      currentDate: new Date(world.clock.now()),
    })
    return principalOf(trusted.orgId, trusted.issuer, payload)
  } catch {
    // Any throw is the same refusal, that of a key set which cannot be fetched included.
    return null
  }
}

/** The issuer that a token names, which proves nothing yet. */
async function issuerNamed(token: string): Promise<string | null> {
  const { decodeJwt } = await import('jose')
  try {
    const { iss } = decodeJwt(token)
    return typeof iss === 'string' && iss !== '' && iss.length <= 2048 ? iss : null
  } catch {
    return null
  }
}

async function keysOf(world: World, address: string): Promise<JWTVerifyGetKey> {
  const known = keySets.get(world.outbound) ?? new Map<string, JWTVerifyGetKey>()
  keySets.set(world.outbound, known)
  const found = known.get(address)
  if (found) return found
  const { createRemoteJWKSet, customFetch } = await import('jose')
  const made = createRemoteJWKSet(new URL(address), {
    cacheMaxAge: 600_000,
    [customFetch]: async (url: string) => await fetchKeys(world, url),
  })
  if (known.size >= mostKeySets) known.clear()
  known.set(address, made)
  return made
}

/** By the one guarded way out: an organisation's address may lead nowhere inside (hardening.md rule 12). */
async function fetchKeys(world: World, url: string): Promise<Response> {
  const { status, body } = await world.outbound({
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    timeoutMs: keysTimeoutMs,
  })
  return new Response(body, { status, headers: { 'content-type': 'application/json' } })
}

function principalOf(orgId: string, trusted: TrustedIssuer, payload: JWTPayload): Principal | null {
  const { sub = '', iat = 0, exp = 0, email, email_verified: verified } = payload
  if (sub === '' || exp - iat > longestLifeSeconds) return null
  return {
    orgId,
    actor: `oidc:${trusted.issuer}#${sub}`,
    accountId: null,
    // An address that nobody has proved would let its bearer pass for an approver.
    email: typeof email === 'string' && verified === true ? email.normalize('NFC').toLowerCase() : null,
    role: roleOf(trusted, payload),
    scopes: null,
    sessionId: null,
    until: exp * 1000,
  }
}

/** The greatest of the roles that the claim's values stand for. */
function roleOf({ roleClaim, roles: byValue = {} }: TrustedIssuer, payload: JWTPayload): Role {
  const claim = roleClaim === undefined ? undefined : payload[roleClaim]
  const values = Array.isArray(claim) ? claim : [claim]
  const held = new Set(
    values.flatMap((value) =>
      typeof value === 'string' && Object.hasOwn(byValue, value) ? [byValue[value]] : [],
    ),
  )
  return roles.find((role) => held.has(role)) ?? 'viewer'
}
