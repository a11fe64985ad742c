import { afterAll, beforeAll, expect, test } from 'vitest'
import { runner } from '../../../shared/faces/runner/face.ts'
import { auditOf } from '../../audit-of.ts'
import { type FakeClock, fakeClock } from '../../fake-clock.ts'
import { caller, type Send } from '../../http/caller.ts'
import { makeTenant, password, type Tenant } from '../../tenants.ts'
import { openTestWorld, type TestWorld } from '../../world.ts'
import { checked } from '../open-faces.ts'

let opened: TestWorld
let clock: FakeClock
let acme: Tenant
let send: Send
beforeAll(async () => {
  clock = fakeClock()
  opened = await openTestWorld({ clock })
  acme = await makeTenant(opened.world, 'acme')
  send = checked(caller(opened.world, runner))
})
afterAll(() => opened.close())

const login = (body: unknown, address = '198.51.100.1') =>
  send('POST', '/api/v1/auth/login', { body, address })
const refresh = (as?: string) => send('POST', '/api/v1/auth/refresh', { as })
/** How often the audit trail tells of a token that was used again. */
const reuses = async () =>
  (await auditOf(opened.world, acme.orgId, '202601')).filter(
    ({ action }) => action === 'session.reuse_detected',
  ).length
const fresh = async () => (await login({ username: 'user@acme.example', password })).body.token as string

test('login answers the three members of the seed', async () => {
  const { status, body, headers } = await login({ username: 'USER@acme.example', password })

  expect([status, Object.keys(body)]).toEqual([200, ['token', 'expires_at', 'account_id']])
  expect(body).toMatchObject({ account_id: acme.account.user.id })
  expect(Date.parse(body.expires_at) - clock.now()).toBe(86_400_000)
  expect(headers['cache-control']).toBe('no-store')
})

test('email is accepted for username', async () => {
  expect((await login({ email: 'user@acme.example', password })).status).toBe(200)
})

test('what is missing is 400, what is wrong is one 401', async () => {
  const missing = await login({ password })
  const unknown = await login({ username: 'nobody@acme.example', password })
  const wrong = await login({ username: 'user@acme.example', password: 'wrong password' })

  expect([missing.status, missing.body.error.details]).toEqual([
    400,
    { field: 'username', reason: 'Username is required' },
  ])
  expect((await login({ username: 'user@acme.example' })).body.error.details.field).toBe('password')
  expect([unknown.status, wrong.status, wrong.text]).toEqual([401, 401, unknown.text])
})

test('ten failures are enough, and the right password does not help', async () => {
  const from = '198.51.100.66'
  const guess = () => login({ username: 'viewer@acme.example', password: 'wrong password' }, from)
  for (let at = 0; at < 10; at++) await guess()
  const { status, body, headers } = await login({ username: 'viewer@acme.example', password }, from)

  expect([status, body.error.code]).toEqual([429, 'rate_limited'])
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
})

test('refresh swaps the token; the one before yields the same for a minute, then ends the session', async () => {
  const first = await fresh()
  const second = await refresh(first)
  const again = await refresh(first)
  await clock.advance(61_000)
  const late = await refresh(first)
  const dead = await refresh(second.body.token)

  expect([second.status, again.body]).toEqual([200, second.body])
  expect(second.body.token).not.toBe(first)
  expect([late.status, dead.status]).toEqual([401, 401])
})

test('B6 of 16 refreshes of one token at once all give the one token that counts from then on', async () => {
  const first = await fresh()
  const all = await Promise.all(Array.from({ length: 16 }, () => refresh(first)))
  const tokens = new Set(all.map(({ body }) => body.token))
  const [next = ''] = tokens
  const opens = async (as: string) => (await send('GET', '/api/v1/flows', { as })).status

  expect(all.map(({ status }) => status)).toEqual(Array(16).fill(200))
  expect([tokens.size, await opens(next), await opens(first)]).toEqual([1, 200, 401])
  expect((await refresh(next)).status).toBe(200)
})

test('B5 a token that is replayed after its minute ends the session, whoever asks first, and is noted once', async () => {
  const first = await fresh()
  const { body } = await refresh(first)
  const before = await reuses()
  await clock.advance(61_000)
  const replayed = await Promise.all(Array.from({ length: 16 }, () => refresh(first)))

  expect(replayed.map(({ status }) => status)).toEqual(Array(16).fill(401))
  expect(new Set(replayed.map(({ text }) => text)).size).toBe(1)
  expect((await send('GET', '/api/v1/flows', { as: body.token })).status).toBe(401)
  expect((await reuses()) - before).toBe(1)
})

test('a key cannot refresh or log out: 401', async () => {
  const key = await acme.key('user', ['flows:read'])

  expect((await refresh(key)).status).toBe(401)
  expect((await refresh()).status).toBe(401)
  expect((await send('POST', '/api/v1/auth/logout', { as: key })).status).toBe(401)
})

test('B4 logout ends the session at once; again it is 401', async () => {
  const as = await fresh()
  const out = await send('POST', '/api/v1/auth/logout', { as })

  expect(out.body).toEqual({ message: 'Logged out successfully' })
  expect((await send('GET', '/api/v1/flows', { as })).status).toBe(401)
  expect((await send('POST', '/api/v1/auth/logout', { as })).status).toBe(401)
})
