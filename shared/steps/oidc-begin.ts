import * as z from 'zod'
import type { Json, JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { discover } from './oidc/discover.ts'
import { challengeOf } from './oidc/pkce.ts'
import { address, templated, text } from './params.ts'
import { optionalText, textIn } from './user-params.ts'

const params = z.strictObject({
  issuer: address,
  clientId: text,
  redirectUri: address,
  scope: text.optional(),
  prompt: templated(z.enum(['none', 'login', 'consent', 'select_account'])).optional(),
  loginHint: text.optional(),
})

/**
 * Begins a sign-in at an OpenID provider: authorization code with PKCE. A `redirect` step sends the person to `url`, and
 * `oidc.complete` checks what comes back; `session` belongs to that step, and records hide it. Errors: `Oidc.Discovery`, and
 * those of calls (`Http.Blocked`, `Http.Timeout`, `Http.Network`).
 */
export const oidcBegin: WorkStep<z.infer<typeof params>> = {
  type: 'oidc.begin',
  kind: 'work',
  summary: 'Begins a sign-in at an OpenID provider',
  params,
  output: ['url', 'session'],
  example: {
    issuer: 'https://accounts.example',
    clientId: 'app',
    redirectUri: 'https://app.example/back',
    scope: 'openid email profile',
    prompt: 'select_account',
    loginHint: '{{form.email}}',
  },
  outcomes: () => [],
  secrets: false,
  compile: (written, place) => place.work(written as JsonObject),
  async run(args, tools): Promise<Json> {
    const issuer = textIn(args, 'issuer', 'Oidc.Discovery')
    const provider = await discover(tools, issuer)
    const clientId = textIn(args, 'clientId', 'Oidc.BadClient')
    const redirectUri = textIn(args, 'redirectUri', 'Oidc.BadClient')
    // Made of the visit: a second try begins the same sign-in.
    const [verifier, nonce] = await Promise.all([tools.derive('oidc verifier'), tools.derive('oidc nonce')])
    const url = new URL(provider.authorizationEndpoint)
    const query = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: optionalText(args.scope) ?? 'openid email profile',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      nonce,
      ...named('prompt', args.prompt),
      ...named('login_hint', args.loginHint),
    }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const session = { issuer, clientId, redirectUri, verifier, nonce, ...provider }
    return { url: url.href, session: await tools.hide(JSON.stringify(session)) }
  },
}

function named(name: string, value: Json | undefined): Record<string, string> {
  const text = optionalText(value)
  return text === null ? {} : { [name]: text }
}
