import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signingSecret } from '../../shared/aws/platform-secrets.ts'
import { createApiKey } from '../../shared/core/api-keys.ts'
import { authenticate } from '../../shared/core/authenticate.ts'
import { createOrganisation } from '../../shared/core/organisations.ts'
import { sealReply } from '../../shared/core/sealed-reply.ts'
import { openSealed, seal } from '../../shared/core/sealing.ts'
import { logIn, refresh } from '../../shared/core/sign-in.ts'
import { ticketsFor } from '../../shared/core/tickets.ts'
import { cursorsOf } from '../../shared/http/cursor.ts'
import { digest } from '../../shared/store/table.ts'
import type { World } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

const [email, password] = ['admin@acme.example', 'correct horse']

let opened: TestWorld
let world: World
let session: string
let key: string
/** What is no bearer credential, though each is good for something, or says something true. */
let strays: Record<string, string>

beforeAll(async () => {
  opened = await openTestWorld()
  world = opened.world
  await createOrganisation(world, { name: 'Acme', slug: 'acme', email, password })
  session = (await logIn(world, { username: email, password, address: '127.0.0.1' })).token
  const admin = await authenticate(world, `Bearer ${session}`)
  const made = await createApiKey(world, admin, { name: 'ci', scopes: ['runs:start'] })
  key = made.key
  const of = { orgId: admin.orgId, runId: world.ids.uuid() }
  const claims = decodeJwt(session)
  strays = {
    'a user assertion': await signed({ ...claims, aud: 'an-application' }, 'assertion+jwt'),
    'a user assertion for our audience': await signed(claims, 'assertion+jwt'),
    'an access token for an application': await signed({ ...claims, aud: 'an-application' }, 'at+jwt'),
    'a sealed input': await seal(world, of, 'secret'),
    'a sealed access token': await seal(world, of, session),
    'a kept reply': await sealReply(world, 'request', { token: session }),
    'a cursor': await cursorsOf(world, [admin.orgId, '/v1/flows']).seal(1),
    'the sha256 of a key': digest(key),
    'a key with the sha256 as its secret': `pat_${made.id}_${digest(key).slice(0, 43)}`,
    'the id of a key': made.id,
    'the first half of a key': `pat_${made.id}_`,
    'a key in other letters': `pat_${made.id}_${key.slice(17).toLowerCase()}x`.slice(0, key.length),
    'a key and more': `${key}x`,
    'the id of a session': String(admin.sessionId),
    'the id of an account': String(admin.accountId),
    ...(await handedOut(admin.orgId, String(admin.accountId))),
    'a flowId': world.ids.uuid(),
    'a share or link token': world.ids.secret(32),
    'an access token of a key': `pat_${session}`,
    'a password': password,
    'name and password': Buffer.from(`${email}:${password}`).toString('base64'),
  }
})
afterAll(() => opened.close())

/** What a flow gives to end users, sealed as it is carried and plain as they get it. */
async function handedOut(orgId: string, userId: string): Promise<Record<string, string>> {
  const of = { orgId, runId: world.ids.uuid() }
  const tickets = ticketsFor(world, of, 'visit')
  const holder = { userId, email, claims: {} }
  const { ticket: reset } = await tickets.issue('reset-ticket', holder, 600)
  const { ticket: invitation } = await tickets.issue('invitation', holder, 600)
  const audience = world.settings.baseUrl
  const { assertion } = await tickets.assert({ userId, audience, claims: {}, ttlSeconds: 600 })
  const sealed = { reset, invitation, assertion }
  const { value: plain } = await openSealed(world, of, sealed)
  return Object.fromEntries(
    Object.entries({ sealed, plain }).flatMap(([form, texts]) =>
      Object.entries(texts).map(([kind, text]) => [`the ${kind} of a flow, ${form}`, String(text)]),
    ),
  )
}

async function signed(claims: JWTPayload, typ: string): Promise<string> {
  const { kid = '' } = decodeProtectedHeader(session)
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ, kid }).sign(await signingSecret(world))
}

const refusal = {
  name: 'Fault',
  code: 'unauthorized',
  message: 'A valid credential is needed',
  details: {},
}

test('B3 a session token and a key are credentials, as they are', async () => {
  expect(await authenticate(world, `Bearer ${session}`)).toMatchObject({ email, scopes: null })
  expect(await authenticate(world, `bearer ${key}`)).toMatchObject({ email, scopes: ['runs:start'] })
})

test('B3 the forged tokens are good but for the kind they are of', async () => {
  expect(await authenticate(world, `Bearer ${await signed(decodeJwt(session), 'at+jwt')}`)).toBeTruthy()
})

test('B3 nothing else is a credential, whatever else it is good for, and the refusal is one', async () => {
  for (const [kind, text] of Object.entries(strays))
    await expect(authenticate(world, `Bearer ${text}`), kind).rejects.toMatchObject(refusal)
})

test('B3 no other credential is a ticket, and no ticket is one of the other kind', async () => {
  const { orgId } = await authenticate(world, `Bearer ${session}`)
  const tickets = ticketsFor(world, { orgId, runId: world.ids.uuid() }, 'another visit')
  const good = { reset: 'reset-ticket', invitation: 'invitation' }
  for (const [kind, text] of Object.entries({ ...strays, 'a session': session, 'a key': key }))
    for (const [name, asked] of Object.entries(good)) {
      const found = await tickets.check(asked as 'invitation', text, false)
      expect(found !== null, `${kind} as ${asked}`).toBe(kind === `the ${name} of a flow, plain`)
    }
})

test('B3 nothing but a session token can be refreshed', async () => {
  for (const [kind, text] of Object.entries({ ...strays, 'a key': key }))
    await expect(refresh(world, text), kind).rejects.toMatchObject(refusal)
})

test('B3 a credential counts in no other form of header', async () => {
  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    session,
    key,
    `Basic ${session}`,
    `Token ${key}`,
    `Bearer ${session} ${key}`,
    `Bearer ${key},${key}`,
    `Bearer "${session}"`,
    `Bearer\u00a0${key}`,
    `Bearer ${session}\n`,
    `X Bearer ${key}`,
  ])
    await expect(authenticate(world, header), String(header)).rejects.toMatchObject(refusal)
})

test('B3 no refusal writes a credential to the log', () => {
  const lines = JSON.stringify(opened.log)
  for (const text of [session, key, ...Object.values(strays)]) expect(lines).not.toContain(text)
})
