import { createHmac, generateKeyPairSync } from 'node:crypto'
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signingSecret } from '../../shared/aws/platform-secrets.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import { claimRequest, keepResponse } from '../../shared/core/requests.ts'
import { readToken, signToken } from '../../shared/core/tokens.ts'
import type { World } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found, tokenFor } from './people.ts'

let opened: TestWorld
let world: World
let now = Date.UTC(2026, 0, 1)
beforeAll(async () => {
  const clock = { now: () => now, after: () => () => {}, sleep: async () => {} }
  opened = await openTestWorld({ clock })
  world = opened.world
  await found(world, 'acme')
})
afterAll(() => opened.close())

const claims = () => ({
  sub: 'account',
  org: 'org',
  sid: 'session',
  jti: 'token',
  iat: Math.floor(now / 1000),
  role: 'user',
})
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Our token, taken apart: header, claims, and a way to put it together again. */
async function ours() {
  const { token } = await signToken(world, claims())
  const [head = '', body = '', signature = ''] = token.split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { token, header: read(head), payload: read(body), head, body, signature }
}

/** Signs anything with our own secret. */
async function signed(change: { header?: object; payload?: object }): Promise<string> {
  const { header, payload } = await ours()
  const text = `${encode({ ...header, ...change.header })}.${encode({ ...payload, ...change.payload })}`
  return `${text}.${createHmac('sha256', await signingSecret(world))
    .update(text)
    .digest('base64url')}`
}

test('the same claims give the same bytes', async () => {
  expect(await signToken(world, claims())).toEqual(await signToken(world, claims()))
  expect(await readToken(world, (await ours()).token)).toMatchObject(claims())
  expect(await readToken(world, await signed({}))).toMatchObject(claims())
})

describe('B1 refused is a token with', () => {
  test.each(['none', 'None', 'nOnE', 'HS384', 'HS512', 'RS256', 'EdDSA'])('alg %s', async (alg) => {
    const { body, signature, header } = await ours()
    for (const end of ['', signature])
      expect(await readToken(world, `${encode({ ...header, alg })}.${body}.${end}`)).toBeNull()
    expect(await readToken(world, await signed({ header: { alg } }))).toBeNull()
  })

  test('the signature of a public key used as a secret', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
    const { header, payload } = await ours()
    const token = await new SignJWT(payload).setProtectedHeader(header).sign(Buffer.from(pem))

    expect(await readToken(world, token)).toBeNull()
  })

  test.each([
    ['an embedded jwk', { jwk: { kty: 'oct', k: 'AAAA' } }],
    ['jku', { jku: 'http://127.0.0.1/keys' }],
    ['x5c', { x5c: ['AAAA'] }],
  ])('%s, which is never looked at', async (_, header) => {
    // The signature is right: what the header adds must not matter, and nothing is fetched.
    expect(await readToken(world, await signed({ header }))).toMatchObject(claims())
    const { body, signature, header: own } = await ours()
    expect(await readToken(world, `${encode({ ...own, ...header })}.${body}.${signature}`)).toBeNull()
  })

  test('a critical header that nobody knows', async () => {
    expect(await readToken(world, await signed({ header: { crit: ['x'], x: 1 } }))).toBeNull()
  })

  test('a flipped bit, no signature, or no form', async () => {
    const { token, head, body, signature } = await ours()
    const flipped = Buffer.from(signature, 'base64url')
    flipped[0] = flipped[0]! ^ 1
    const bad = [
      `${head}.${body}.${flipped.toString('base64url')}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${token}.x`,
      '..',
      'x',
      token.repeat(40),
    ]
    for (const text of bad) expect(await readToken(world, text)).toBeNull()
  })
})

describe('B2 refused is a token with', () => {
  const second = Math.floor(now / 1000)
  test.each([
    ['another issuer', { iss: 'https://other.example' }],
    ['another audience', { aud: 'other' }],
    ['no end', { exp: undefined }],
    ['no account', { sub: undefined }],
    ['no organisation', { org: undefined }],
    ['no session', { sid: undefined }],
    ['no id', { jti: undefined }],
    ['no beginning', { iat: undefined }],
    ['an account that is no text', { sub: { a: 1 } }],
    ['an organisation that is no text', { org: ['o'] }],
    ['a beginning in a minute', { nbf: second + 61 }],
    ['a making in an hour', { iat: second + 3600 }],
    ['an end a minute ago', { exp: second - 61 }],
    ['a making longer ago than a token lives', { iat: second - 86_400 - 61, exp: second + 60 }],
  ])('%s', async (_, payload) => {
    expect(await readToken(world, await signed({ payload }))).toBeNull()
  })

  test.each(['JWT', 'assertion+jwt', '', undefined])('typ %s', async (typ) => {
    expect(await readToken(world, await signed({ header: { typ } }))).toBeNull()
  })

  test('B2 clocks may differ by 5 seconds', async () => {
    expect(await readToken(world, await signed({ payload: { exp: second - 4 } }))).not.toBeNull()
    expect(await readToken(world, await signed({ payload: { iat: second + 4 } }))).not.toBeNull()
  })
})

test.each(['../../x', 'x'.repeat(2000), "' OR 1=1", '', 0, null, {}])(
  'B8 a key name of %s finds no key',
  async (kid) => {
    expect(await readToken(world, await signed({ header: { kid } }))).toBeNull()
  },
)

test('B3 a token is taken from the Authorization header alone, in the one form there is', async () => {
  const token = await tokenFor(world, 'admin@acme.example')

  expect((await authenticate(world, `Bearer ${token}`)).role).toBe('admin')
  expect((await authenticate(world, `bearer  ${token}`)).role).toBe('admin')
  for (const header of [
    undefined,
    '',
    token,
    `Basic ${token}`,
    `Bearer${token}`,
    `Bearer ${token} x`,
    `Bearer pat_${token}`,
  ])
    await expect(authenticate(world, header)).rejects.toMatchObject({ code: 'unauthorized', details: {} })
})

test('B8 after a rotation old tokens count for one token life, and kept replies open', async () => {
  const token = await tokenFor(world, 'admin@acme.example')
  const key = { id: 'k', bodyHash: 'h' }
  const claim = await claimRequest(world, 'o', key, 1000)
  if (claim.state !== 'new') throw new Error('The key is spent')
  await keepResponse(world, 'o', key, claim.claimId, { status: 200, body: 'kept' })
  const before = Buffer.from(await signingSecret(world)).toString()

  const secrets = mockClient(world.secrets as never)
  // Earlier tests have asked for unknown keys: that is done once a minute at most.
  const created = now + 61_000
  secrets.on(GetSecretValueCommand as never).callsFake(({ VersionStage }) => ({
    SecretString: VersionStage === 'AWSPREVIOUS' ? before : 'k9'.padEnd(40, 'Zq7'),
    CreatedDate: new Date(VersionStage === 'AWSPREVIOUS' ? 0 : created),
    VersionStages: [VersionStage],
  }))
  now = created
  // Another function, which begins after the rotation.
  const after = { ...opened.another(), secrets: world.secrets }
  const fresh = { ...after, secrets: Object.create(world.secrets) }

  const renewed = await signToken(fresh, claims())
  expect(await readToken(fresh, token)).not.toBeNull()
  expect(await readToken(fresh, renewed.token)).not.toBeNull()
  expect(await claimRequest(fresh, 'o', key, 1000)).toMatchObject({ response: { body: 'kept' } })
  // A function that began before it learns of the new secret.
  expect(await readToken(world, renewed.token)).not.toBeNull()

  now = created + 86_400_000 - 1000
  expect(await readToken(fresh, token)).toBeNull()
  const { payload } = { payload: { ...claims(), iat: Math.floor(now / 1000) } }
  const late = await signToken(fresh, payload)
  expect(await readToken(fresh, late.token)).not.toBeNull()
  secrets.restore()
})

test.each([
  ['absent', undefined],
  ['shorter than 32 bytes', 'x7'.repeat(15)],
  ['one letter', 'a'.repeat(64)],
  ['a sample', 'change-me-'.repeat(5)],
])('B9 with a signing secret that is %s nothing is signed or read', async (_, SecretString) => {
  const { world: other, close } = await openTestWorld()
  const secrets = mockClient(other.secrets as never)
  secrets
    .on(GetSecretValueCommand as never)
    .resolves({ SecretString, VersionStages: ['AWSCURRENT'] } as never)

  await expect(signToken(other, claims())).rejects.toThrow(/random/)
  await expect(readToken(other, 'x.y.z')).rejects.toThrow(/random/)

  secrets.restore()
  await close()
})
