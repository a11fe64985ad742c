import { currentSigningKey, signingKeyNamed } from '../aws/platform-secrets.ts'
import type { World } from '../world.ts'

/** What an access token says (conventions.md §1). */
export interface AccessClaims {
  sub: string
  org: string
  sid: string
  jti: string
  /** Seconds since 1970. */
  iat: number
  role: string
}

/** The same of a token that was read. */
export interface ReadClaims extends AccessClaims {
  /** Seconds since 1970. */
  exp: number
}

const audience = 'sluice-api'
const type = 'at+jwt'
/** Longest token that is looked at, in characters. */
const longest = 4096

/**
 * Signs an access token: the same claims give the same bytes.
 *
 * @param sessionEnd when its session ends at the latest, in seconds since 1970: no token promises more.
 */
export async function signToken(
  world: World,
  claims: AccessClaims,
  sessionEnd = Number.POSITIVE_INFINITY,
): Promise<{ token: string; expiresAt: string }> {
  const { baseUrl, accessTokenSeconds } = world.settings
  const { sub, jti, iat, ...own } = claims
  const { kid, secret } = await currentSigningKey(world)
  const end = Math.min(iat + accessTokenSeconds, sessionEnd)
  const { SignJWT } = await import('jose')
  const token = await new SignJWT({ ...own })
    .setProtectedHeader({ alg: 'HS256', typ: type, kid })
    .setIssuer(baseUrl)
    .setAudience(audience)
    .setSubject(sub)
    .setJti(jti)
    .setIssuedAt(iat)
    .setExpirationTime(end)
    .sign(secret)
  return { token, expiresAt: new Date(end * 1000).toISOString() }
}

/** The claims of a token that is ours and in its time; null for everything else, whatever is wrong with it. */
export async function readToken(world: World, token: string): Promise<ReadClaims | null> {
  if (token.length > longest) return null
  // What cannot be read is the service's failure, not the token's.
  await currentSigningKey(world)
  try {
    // Read from disk by the first bearer token: API keys and open routes do without.
    const { jwtVerify } = await import('jose')
    const { payload } = await jwtVerify(token, ({ kid }) => secretOf(world, kid), {
      algorithms: ['HS256'],
      issuer: world.settings.baseUrl,
      audience,
      typ: type,
      requiredClaims: ['sub', 'org', 'sid', 'jti', 'iat', 'exp'],
      maxTokenAge: world.settings.accessTokenSeconds,
      clockTolerance: 5,
      currentDate: new Date(world.clock.now()),
    })
    return areTexts(payload) ? (payload as unknown as ReadClaims) : null
  } catch {
    // Any throw of verify is the same refusal: a wrong key type throws a plain TypeError.
    return null
  }
}

async function secretOf(world: World, kid: unknown): Promise<Uint8Array> {
  const found = typeof kid === 'string' ? await signingKeyNamed(world, kid) : null
  if (found === null) throw new Error('No key of that name')
  return found.secret
}

/** Only what we signed gets here; still nothing but text goes into a key of the table. */
function areTexts(payload: Record<string, unknown>): boolean {
  return ['sub', 'org', 'sid', 'jti'].every((name) => typeof payload[name] === 'string')
}
