import type { JsonObject } from '../../world.ts'
import type { Passkey } from '../user-tools.ts'

/** How long one challenge may be answered, in milliseconds. */
export const challengeLifeMs = 300_000

/** ES256 for most authenticators, EdDSA and RS256 for the others. */
const algorithms = [-7, -8, -257]

/** Whose passkey it is to be. */
export interface PasskeyUser {
  id: string
  name: string
  displayName: string
}

/** What is the same over both ceremonies. */
export interface Ceremony {
  rp: { id: string; name: string }
  challenge: string
  userVerification: string
  /** Passkeys that the user has. */
  known: Passkey[]
}

/** Options of `navigator.credentials.create`, binary members as base64url. */
export function creationOptions(
  { rp, challenge, userVerification, known }: Ceremony,
  user: PasskeyUser,
): JsonObject {
  return {
    challenge,
    rp: { ...rp },
    user: { ...user, id: Buffer.from(user.id).toString('base64url') },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: known.map(named),
    timeout: challengeLifeMs,
    attestation: 'none',
    authenticatorSelection: { residentKey: 'preferred', userVerification },
  }
}

/** Options of `navigator.credentials.get`; without known passkeys the authenticator offers what it has. */
export function requestOptions({ rp, challenge, userVerification, known }: Ceremony): JsonObject {
  return {
    challenge,
    rpId: rp.id,
    allowCredentials: known.map(named),
    timeout: challengeLifeMs,
    userVerification,
  }
}

function named({ credentialId, transports }: Passkey): JsonObject {
  return { id: credentialId, type: 'public-key', ...(transports.length > 0 ? { transports } : {}) }
}
