import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admit } from '../../shared/core/sockets.ts'
import type { JsonObject, OutboundRequest } from '../../shared/world.ts'
import { adding, asking } from '../faces/flows-of-tests.ts'
import { type Faces, openFaces } from '../faces/open-faces.ts'

const issuer = 'https://id.example'
const jwksUrl = 'https://keys.example/set'

interface Keys {
  alg: string
  key: CryptoKey
  jwk: JWK
}

let faces: Faces
let keys: Keys
let opened = 0
const asked: OutboundRequest[] = []
const served: JWK[] = []

beforeAll(async () => {
  faces = await openFaces({
    outbound: async (request) => {
      asked.push(request)
      return { status: 200, headers: {}, body: JSON.stringify({ keys: served }), durationMs: 1 }
    },
  })
  keys = await newKeys('ES256', 'first')
  await trust(faces.acme.token.admin, { roleClaim: 'groups', roles: { authors: 'user', owners: 'admin' } })
})
beforeEach(() => {
  asked.length = 0
})
afterAll(() => faces.close())

async function newKeys(alg: string, kid: string): Promise<Keys> {
  const pair = await generateKeyPair(alg)
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg }
  served.push(jwk)
  return { alg, key: pair.privateKey, jwk }
}

async function trust(as: string, more: JsonObject = {}, name = issuer) {
  const { headers } = await faces.send('GET', '/v1/organisation', { as })
  return await faces.send('PATCH', '/v1/organisation', {
    as,
    headers: { 'if-match': headers.etag! },
    body: { trustedIssuers: [{ issuer: name, jwksUrl, audience: 'sluice', ...more }] },
  })
}

async function token(claims: JsonObject = {}, by = keys, header: JsonObject = {}): Promise<string> {
  const now = Math.floor(faces.world.clock.now() / 1000)
  return await new SignJWT({
    ...{ iss: issuer, aud: 'sluice', sub: 'ada', iat: now, exp: now + 600 },
    ...claims,
  })
    .setProtectedHeader({ alg: by.alg, kid: by.jwk.kid!, ...header })
    .sign(by.key)
}

const list = (as: string) => faces.send('GET', '/v1/flow', { as })
const make = (as: string) => faces.send('POST', '/v1/flow', { as, body: { definition: adding } })

describe('a token of an issuer that the organisation trusts', () => {
  test.each(['RS256', 'ES256', 'EdDSA'])('is taken: %s', async (alg) => {
    const by = await newKeys(alg, `key-${alg}`)
    // A key that is not known yet is asked for again, but not more often than twice a minute.
    await trust(faces.acme.token.admin, { jwksUrl: `${jwksUrl}?${alg}` })

    expect((await list(await token({}, by))).status).toBe(200)
    expect(asked.map(({ url }) => url)).toEqual([`${jwksUrl}?${alg}`])
    await trust(faces.acme.token.admin, { roleClaim: 'groups', roles: { authors: 'user', owners: 'admin' } })
  })

  test('gives the role that its claim stands for, else that of a viewer', async () => {
    const roles = [undefined, 'nobody', 'authors', ['nobody', 'owners', 'authors'], { authors: true }]
    const tokens = await Promise.all(roles.map((groups) => token({ groups: (groups ?? null) as never })))
    const made = await Promise.all(tokens.map(async (as) => (await make(as)).status))
    const settings = await faces.send('GET', '/v1/audit', { as: tokens[3]! })

    expect(made).toEqual([403, 403, 201, 201, 403])
    expect(settings.status).toBe(200)
  })

  // Whoever came with one was turned away at the handshake, although the page names it among what opens a socket.
  test('opens a WebSocket, by itself and by a ticket, as long as its issuer is trusted', async () => {
    const as = await token({ groups: 'authors' })
    const runId = (await faces.execute(await faces.flow(asking))).body.appRunId as string
    const ask = () => faces.send('POST', '/v1/socket-tickets', { as, body: { runId } })
    const first = (await ask()).body.ticket as string
    const second = (await ask()).body.ticket as string
    const open = (headers: Record<string, string>, id = runId) =>
      admit(faces.world, { connectionId: `c${++opened}=`, headers, query: { execution_id: [id] } }).then(
        ({ protocol }) => protocol,
        ({ code }) => code,
      )
    const byTicket = (ticket: string) => open({ 'sec-websocket-protocol': `sluice, bearer.${ticket}` })

    expect(await open({ authorization: `Bearer ${as}` })).toBe(null)
    expect(await open({ authorization: `Bearer ${as}` }, faces.world.ids.uuid())).toBe('not_found')
    expect(await byTicket(first)).toBe('sluice')
    expect(await byTicket(first)).toBe('unauthorized')
    await trust(faces.acme.token.admin, {}, 'https://elsewhere.example')
    expect(await byTicket(second)).toBe('unauthorized')
    await trust(faces.acme.token.admin, { roleClaim: 'groups', roles: { authors: 'user', owners: 'admin' } })
  })

  test('is the organisation’s that trusts the issuer, whatever it says itself', async () => {
    const as = await token({ org: faces.other.orgId, role: 'admin', groups: 'authors' })
    const { body } = await make(as)
    const seen = await faces.send('GET', `/v1/flow/${body._id}`, { as: faces.acme.token.viewer })

    expect(seen.status).toBe(200)
    const elsewhere = await faces.send('GET', `/v1/flow/${body._id}`, { as: faces.other.token.admin })
    expect(elsewhere.status).toBe(404)
  })

  test('starts runs and answers waits in its own name, but is no person who signs in here', async () => {
    const flow = await faces.flow({
      metadata: { name: 'Ask' },
      nodes: { ask: { type: 'approval', params: { message: 'Well?', onTimeout: 'fail' } } },
    })
    const as = await token({ groups: 'authors' })
    const started = await faces.send('POST', `/v1/client/flow/${flow}/execute`, { as, body: {} })
    await faces.send('POST', `/v1/flowrun/resume/${started.body.appRunId}`, {
      as,
      body: { decision: 'approve' },
    })
    const run = await faces.send('GET', `/v1/flowrun/details/${started.body.appRunId}`, { as })

    expect(JSON.stringify(run.body)).toContain(`oidc:${issuer}#ada`)
    expect((await faces.send('GET', '/v1/api-keys', { as })).status).toBe(403)
    expect((await faces.send('GET', '/api/v1/secrets', { as })).status).toBeLessThan(500)
    expect((await faces.send('GET', '/api/v1/accounts/me', { as })).status).toBeLessThan(500)
  })
})

describe('refused, all alike', () => {
  const now = () => Math.floor(faces.world.clock.now() / 1000)
  const cases: [string, () => Promise<string>][] = [
    ['another audience', () => token({ aud: 'other' })],
    ['an issuer that nobody trusts', () => token({ iss: 'https://evil.example' })],
    ['an issuer with a slash more', () => token({ iss: `${issuer}/` })],
    ['no subject', () => token({ sub: '' })],
    ['an end that is past', () => token({ iat: now() - 700, exp: now() - 100 })],
    ['a life of more than an hour', () => token({ exp: now() + 3_700 })],
    ['a beginning that is to come', () => token({ iat: now() + 120, exp: now() + 600 })],
    [
      'no end',
      async () =>
        new SignJWT({ iss: issuer, aud: 'sluice', sub: 'ada' })
          .setProtectedHeader({ alg: keys.alg, kid: keys.jwk.kid! })
          .setIssuedAt(now())
          .sign(keys.key),
    ],
    [
      'a key of its own in the header',
      async () => {
        const own = await generateKeyPair('ES256')
        const jwk = await exportJWK(own.publicKey)
        return await token({}, { alg: 'ES256', key: own.privateKey, jwk: { ...jwk, kid: 'mine' } }, { jwk })
      },
    ],
    [
      'another key under a known name',
      async () => {
        const own = await generateKeyPair('ES256')
        return await token({}, { ...keys, key: own.privateKey })
      },
    ],
    [
      'a shared secret',
      async () =>
        new SignJWT({ iss: issuer, aud: 'sluice', sub: 'ada', exp: now() + 60 })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuedAt(now())
          .sign(Buffer.from(JSON.stringify(keys.jwk))),
    ],
    [
      'no signature',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`,
    ],
  ]
  test.each(cases)('%s', async (_name, make) => {
    const { status, body } = await list(await make())
    const unknown = await list('nonsense')

    expect([status, body.error.code]).toEqual([401, 'unauthorized'])
    expect(body.error.message).toBe(unknown.body.error.message)
  })

  test('at the next request, once the organisation trusts the issuer no more', async () => {
    const as = await token()
    expect((await list(as)).status).toBe(200)
    const { headers } = await faces.send('GET', '/v1/organisation', { as: faces.acme.token.admin })
    await faces.send('PATCH', '/v1/organisation', {
      as: faces.acme.token.admin,
      headers: { 'if-match': headers.etag! },
      body: { trustedIssuers: [] },
    })

    expect((await list(as)).status).toBe(401)
    await trust(faces.acme.token.admin)
  })
})

test('one issuer belongs to one organisation, until that one gives it up', async () => {
  const taken = await trust(faces.other.token.admin)
  expect([taken.status, taken.body.reason]).toEqual([409, 'issuer_taken'])
  await trust(faces.acme.token.admin, {}, 'https://new.example')

  expect((await trust(faces.other.token.admin)).status).toBe(200)
  expect((await trust(faces.acme.token.admin)).status).toBe(409)
})
