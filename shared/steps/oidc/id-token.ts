import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { StepError } from '../../step-error.ts'

/** Signatures by key pairs alone: a shared secret could be anybody's. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']

/**
 * The claims of an ID token that the issuer has signed for this client and this sign-in.
 *
 * @param now milliseconds since 1970.
 * @throws {StepError} `Oidc.BadToken`, the same for whatever is wrong with it.
 */
export async function readIdToken(
  token: string,
  keys: JSONWebKeySet,
  { issuer, clientId, nonce, now }: { issuer: string; clientId: string; nonce: string; now: number },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      ...{ algorithms, issuer, audience: clientId, clockTolerance: 30 },
      requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
      currentDate: new Date(now),
    })
    const party = payload.azp
    if (payload.nonce === nonce && (party === undefined || party === clientId)) return payload
  } catch {
    // One refusal for all: what was wrong is the provider's business, or an attacker's.
  }
  throw new StepError('Oidc.BadToken', 'The ID token is none of this sign-in')
}
