import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { JsonObject } from '../../world.ts'
import type { Passkey } from '../user-tools.ts'

/** What a response is held to. */
export interface Expected {
  challenge: string
  origins: string[]
  rpId: string
  needsVerification: boolean
}

/** The passkey that a response to `create` makes; null if it proves nothing. */
export async function verifyCreated(
  response: JsonObject,
  { challenge, origins, rpId, needsVerification }: Expected,
): Promise<Omit<Passkey, 'userId'> | null> {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origins,
      expectedRPID: rpId,
      requireUserVerification: needsVerification,
    })
    if (!verified) return null
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential
    return {
      credentialId: id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      transports: transports.map(String),
    }
  } catch {
    // It throws for whatever is wrong with a response; the client is told no more than that.
    return null
  }
}

/** The counter after a response to `get` that the passkey has signed; null if it has not. */
export async function verifyUsed(
  response: JsonObject,
  passkey: Passkey,
  { challenge, origins, rpId, needsVerification }: Expected,
): Promise<number | null> {
  const { credentialId, publicKey, counter, transports } = passkey
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: response as unknown as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origins,
      expectedRPID: rpId,
      requireUserVerification: needsVerification,
      credential: {
        id: credentialId,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        counter,
        transports: transports as AuthenticatorTransport[],
      },
    })
    return verified ? authenticationInfo.newCounter : null
  } catch {
    return null
  }
}
