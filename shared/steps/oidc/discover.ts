import * as z from 'zod'
import { StepError } from '../../step-error.ts'
import type { Tools } from '../define.ts'
import { readJson } from '../json-text.ts'

/** Where an OpenID provider does what. */
export interface Provider {
  authorizationEndpoint: string
  tokenEndpoint: string
  jwksUri: string
}

const timeoutMs = 10_000
const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
})

/**
 * Reads what a provider says of itself (OpenID Connect Discovery 1.0).
 *
 * @throws {StepError} `Oidc.Discovery` unless it is the issuer that was asked for, to the letter.
 */
export async function discover({ outbound }: Pick<Tools, 'outbound'>, issuer: string): Promise<Provider> {
  const { status, body } = await outbound({
    method: 'GET',
    url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    headers: { accept: 'application/json' },
    timeoutMs,
  })
  const read = metadata.safeParse(status === 200 ? readJson(body) : undefined)
  if (!read.success) throw new StepError('Oidc.Discovery', 'The issuer does not say where it signs people in')
  if (read.data.issuer !== issuer)
    throw new StepError('Oidc.Discovery', 'The issuer calls itself by another name: use that one')
  return {
    authorizationEndpoint: read.data.authorization_endpoint,
    tokenEndpoint: read.data.token_endpoint,
    jwksUri: read.data.jwks_uri,
  }
}
