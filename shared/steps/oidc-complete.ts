import * as z from 'zod'
import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import type { Tools, WorkStep } from './define.ts'
import { readJson } from './json-text.ts'
import { text } from './params.ts'
import { optionalText, textIn } from './user-params.ts'

const params = z.strictObject({ session: text, code: text, clientSecret: text.optional() })

const timeoutMs = 15_000
const begun = z.object({
  issuer: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  verifier: z.string(),
  nonce: z.string(),
  tokenEndpoint: z.string(),
  jwksUri: z.string(),
})
type Begun = z.infer<typeof begun>

/** Read from disk by the first sign-in. */
const tokens = () => import('./oidc/id-token.ts')

/**
 * Ends a sign-in that `oidc.begin` began: the code becomes an ID token, whose signature, issuer, audience and nonce are
 * checked. Errors: `Oidc.BadSession`, `Oidc.Refused` (the provider takes no such code), `Oidc.BadToken`, and those of calls.
 */
export const oidcComplete: WorkStep<z.infer<typeof params>> = {
  type: 'oidc.complete',
  kind: 'work',
  summary: 'Ends a sign-in at an OpenID provider',
  params,
  output: ['subject', 'issuer', 'email', 'emailVerified', 'name', 'claims'],
  example: {
    session: '{{begin.session}}',
    code: '{{visit.code}}',
    clientSecret: '{{secrets.IDP_SECRET}}',
  },
  outcomes: () => [],
  secrets: true,
  compile: (written, place) => place.work(written as JsonObject),
  async run(args, tools): Promise<Json> {
    const session = begun.safeParse(readJson(textIn(args, 'session', 'Oidc.BadSession')))
    if (!session.success) throw new StepError('Oidc.BadSession', 'session is none of oidc.begin in this run')
    const secret = optionalText(args.clientSecret)
    const token = await exchange(tools, session.data, textIn(args, 'code', 'Oidc.Refused'), secret)
    const { body } = await tools.outbound({
      ...{ method: 'GET', url: session.data.jwksUri, headers: { accept: 'application/json' }, timeoutMs },
    })
    const keys = readJson(body)
    if (typeof keys !== 'object' || keys === null || !Array.isArray((keys as JsonObject).keys))
      throw new StepError('Oidc.BadToken', 'The issuer has no keys')
    const { readIdToken } = await tokens()
    const now = tools.now?.() ?? Date.now()
    const claims = (await readIdToken(token, keys as never, { ...session.data, now })) as JsonObject
    return {
      subject: claims.sub ?? null,
      issuer: session.data.issuer,
      email: optionalText(claims.email),
      emailVerified: claims.email_verified === true,
      name: optionalText(claims.name),
      claims,
    }
  },
}

/** The ID token that the provider gives for a code. */
async function exchange(
  { outbound }: Tools,
  { tokenEndpoint, clientId, redirectUri, verifier }: Begun,
  code: string,
  secret: string | null,
): Promise<string> {
  const form = new URLSearchParams({
    ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
    ...(secret === null ? { client_id: clientId } : {}),
  })
  const { status, body } = await outbound({
    ...{ method: 'POST', url: tokenEndpoint, body: String(form), timeoutMs },
    headers: {
      ...{ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      ...(secret === null ? {} : { authorization: basic(clientId, secret) }),
    },
    // A code is not sent on to another place.
    followsRedirects: false,
  })
  const answer = readJson(body)
  const token = typeof answer === 'object' && answer !== null ? (answer as JsonObject).id_token : undefined
  if (status === 200 && typeof token === 'string') return token
  throw new StepError('Oidc.Refused', `The provider did not take the code (${status})`)
}

/** Names and secrets are form-encoded first (RFC 6749, 2.3.1). */
function basic(clientId: string, secret: string): string {
  const encoded = [clientId, secret].map((part) => new URLSearchParams({ a: part }).toString().slice(2))
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`
}
