import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOutbound } from '../../../shared/aws/outbound.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { journey } from './flows.ts'
import { type Journeys, openJourneys } from './open-journeys.ts'

const back = 'https://app.example/back'
const secret = 'canary-client-secret-0123456789abcdef'

let faces: Journeys
let server: Server
let issuer: string

beforeAll(async () => {
  server = createServer((request, response) => void provider.callback()(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  issuer = `http://127.0.0.1:${port}`
  const provider = openProvider()
  faces = await openJourneys({ outbound: makeOutbound({ allow: [`127.0.0.1:${port}`] }) })
  await faces.send('POST', '/api/v1/accounts/me/secrets', {
    as: faces.acme.token.user,
    body: { key: 'IDP_SECRET', value: secret },
  })
})
afterAll(async () => {
  await faces.close()
  server.close()
})

/** A real provider, with a public client and one that has a secret. */
function openProvider(): Provider {
  return new Provider(issuer, {
    clients: [
      {
        ...{ client_id: 'public', redirect_uris: [back], response_types: ['code'] },
        ...{ grant_types: ['authorization_code'], token_endpoint_auth_method: 'none' },
      },
      {
        ...{ client_id: 'secret', client_secret: secret, redirect_uris: [back], response_types: ['code'] },
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true, name: 'Ada' }),
    }),
    cookies: { keys: ['a key of the test'] },
  })
}

const signIn = (clientId: string, more: JsonObject = {}, end: JsonObject = {}) =>
  journey({
    begin: {
      type: 'oidc.begin',
      params: { issuer, clientId, redirectUri: back },
      next: { default: 'visit', error: 'sorry' },
    },
    visit: { type: 'redirect', params: { url: '{{begin.url}}' }, next: { default: 'complete' } },
    complete: {
      type: 'oidc.complete',
      params: { session: '{{begin.session}}', code: '{{visit.code}}', ...more },
      next: { default: 'end', error: 'sorry' },
    },
    end: {
      type: 'final',
      params: {
        outputs: {
          who: '{{complete.subject}}',
          email: '{{complete.email}}',
          name: '{{complete.name}}',
          ...end,
        },
      },
    },
    sorry: { type: 'final', params: { outputs: { sorry: '{{lastError.error}}' } } },
  })

/** What a person does at the provider: signs in, agrees, and is sent back. */
async function visit(url: string, login = 'ada'): Promise<URL> {
  const jar = new Map<string, string>()
  let at = new URL(url)
  let form: string | null = null
  for (let hop = 0; hop < 15; hop++) {
    const response: Response = await fetch(at, {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === null ? {} : { method: 'POST', body: form }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';')[0]!.split('=')
      jar.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      at = new URL(location, at)
      form = null
      if (at.href.startsWith(back)) return at
      continue
    }
    const page = await response.text()
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    if (prompt === undefined) throw new Error(`${response.status}: ${page.slice(0, 500)}`)
    form = String(new URLSearchParams({ prompt, ...(prompt === 'login' ? { login, password: 'any' } : {}) }))
  }
  throw new Error('The provider does not send anybody back')
}

describe('a sign-in at a real OpenID provider', () => {
  test.each<[string, JsonObject]>([
    ['public', {}],
    ['secret', { clientSecret: '{{secrets.IDP_SECRET}}' }],
  ])('tells who came back, as the client %s', async (clientId, more) => {
    await faces.answers(signIn(clientId, more))
    const { body } = await faces.begin()
    const url = new URL(body.data.url)
    const returned = await visit(body.data.url)
    const inputs = Object.fromEntries(returned.searchParams)
    const done = await faces.answer(body.flowId, '', inputs)

    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    expect(inputs.state).toBe(body.data.additionalData.state)
    expect(done.body).toMatchObject({
      flowStatus: 'COMPLETE',
      data: { who: 'ada', email: 'ada@example.com', name: 'Ada' },
    })
    expect(JSON.stringify(await allItems(faces.world))).not.toContain(secret)
  })

  test('takes a code once, and none of another sign-in', async () => {
    await faces.answers(signIn('public'))
    const [one, two] = [(await faces.begin()).body, (await faces.begin()).body]
    const code = (await visit(one.data.url)).searchParams.get('code') ?? ''
    const stolen = await faces.answer(two.flowId, '', { code, state: two.data.additionalData.state })

    expect(stolen.body.data).toEqual({ sorry: 'Oidc.Refused' })
  })

  test('shows nobody the verifier', async () => {
    await faces.answers(signIn('public', {}, { session: '{{begin.session}}' }))
    const { body } = await faces.begin()
    const inputs = Object.fromEntries((await visit(body.data.url)).searchParams)
    const done = await faces.answer(body.flowId, '', inputs)

    expect(done.body.data.session).toBe('•••')
  })

  test.each<[string, () => string]>([
    ['that calls itself otherwise', () => `${issuer}/`],
    ['that is none', () => `${issuer}/nothing`],
  ])('is not begun at an issuer %s', async (_name, other) => {
    const flow = signIn('public')
    const nodes = flow.nodes as Record<string, { params: JsonObject }>
    nodes.begin!.params.issuer = other()
    await faces.answers(flow)
    const { body } = await faces.begin()

    expect(body.data).toEqual({ sorry: 'Oidc.Discovery' })
  })
})
