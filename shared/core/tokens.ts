import { signingSecret } from '../aws/platform-secrets.ts'
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

const audience = 'sluice-api'
const type = 'at+jwt'
const keyId = 'signing-1'

/** Signs an access token: the same claims give the same bytes. */
export async function signToken(
  world: World,
  claims: AccessClaims,
): Promise<{ token: string; expiresAt: string }> {
  const { baseUrl, accessTokenSeconds } = world.settings
  const { sub, jti, iat, ...own } = claims
  const { SignJWT } = await import('jose')
  const token = await new SignJWT({ ...own })
    .setProtectedHeader({ alg: 'HS256', typ: type, kid: keyId })
    .setIssuer(baseUrl)
    .setAudience(audience)
    .setSubject(sub)
    .setJti(jti)
    .setIssuedAt(iat)
    .setExpirationTime(iat + accessTokenSeconds)
    .sign(await signingSecret(world))
  return { token, expiresAt: new Date((iat + accessTokenSeconds) * 1000).toISOString() }
}

/** The claims of a token that is ours and in its time; null for everything else, whatever is wrong with it. */
export async function readToken(world: World, token: string): Promise<AccessClaims | null> {
  try {
    const secret = await signingSecret(world)
    // Read from disk by the first bearer token: API keys and open routes do without.
    const { jwtVerify } = await import('jose')
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        if (kid !== keyId) throw new Error('Unknown key')
        return secret
      },
      {
        algorithms: ['HS256'],
        issuer: world.settings.baseUrl,
        audience,
        typ: type,
        requiredClaims: ['sub', 'org', 'sid', 'jti', 'iat', 'exp'],
        maxTokenAge: world.settings.accessTokenSeconds,
        clockTolerance: 5,
        currentDate: new Date(world.clock.now()),
      },
    )
    return payload as unknown as AccessClaims
  } catch {
    return null
  }
}
