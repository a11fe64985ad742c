import { argon2Sync, randomBytes } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { authenticate } from '../../shared/core/authenticate.ts'
import { changeAccount } from '../../shared/core/change-account.ts'
import type { Principal } from '../../shared/core/principal.ts'
import { logIn, logOut, refresh } from '../../shared/core/sign-in.ts'
import { getAccount } from '../../shared/store/accounts.ts'
import { putStrongerHash } from '../../shared/store/stronger-hash.ts'
import { keys } from '../../shared/store/table.ts'
import type { World } from '../../shared/world.ts'
import { auditOf } from '../audit-of.ts'
import { failCalls, serviceError } from '../failing-calls.ts'
import { openTestWorld, type TestWorld } from '../world.ts'
import { found, join, password, tokenFor } from './people.ts'

const minute = 60_000
const day = 24 * 60 * minute

let opened: TestWorld
let world: World
let admin: Principal
let now: number
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  const clock = { now: () => now, after: () => () => {}, sleep: async () => {} }
  opened = await openTestWorld({ clock })
  world = opened.world
  admin = await found(world, 'acme')
})
afterEach(() => opened.close())

const email = 'admin@acme.example'
const unauthorized = {
  code: 'unauthorized',
  status: 401,
  message: 'A valid credential is needed',
  details: {},
}
const bearer = (token: string) => authenticate(world, `Bearer ${token}`)
const attempt = (username: string, secret: string, address = '192.0.2.1', on = world) =>
  logIn(on, { username, password: secret, address })
const actions = async () => (await auditOf(world, admin.orgId, '202601')).map(({ action }) => action)

describe('a login', () => {
  test('opens a session whose token says who calls', async () => {
    const session = await attempt(' Admin@ACME.example', password)

    expect(session.accountId).toBe(admin.accountId)
    expect(session.expiresAt).toBe('2026-01-02T00:00:00.000Z')
    expect(decodeProtectedHeader(session.token)).toEqual({
      alg: 'HS256',
      typ: 'at+jwt',
      kid: expect.stringMatching(/^[0-9a-f]{12}$/),
    })
    expect(decodeJwt(session.token)).toEqual({
      iss: 'http://127.0.0.1:8080',
      aud: 'sluice-api',
      sub: admin.accountId,
      org: admin.orgId,
      sid: expect.any(String),
      jti: expect.any(String),
      iat: now / 1000,
      exp: now / 1000 + 86_400,
      role: 'admin',
    })
    expect(await bearer(session.token)).toEqual({
      orgId: admin.orgId,
      actor: `user:${admin.accountId}`,
      accountId: admin.accountId,
      email,
      role: 'admin',
      scopes: null,
      sessionId: decodeJwt(session.token).sid,
      until: now + 86_400_000,
    })
    expect(await actions()).toContain('session.opened')
  })

  test.each([
    ['a wrong password', email, 'wrong horse'],
    ['a password with a space more', email, `${password} `],
    ['an unknown name', 'nobody@acme.example', password],
    ['no name', '', password],
    ['no password', email, ''],
    ['a name of 10 KB', 'x'.repeat(10_000), password],
    ['a password of 1 MB', email, 'x'.repeat(1_000_000)],
    ['a name that is a slug of an organisation', 'org:acme', password],
  ])('with %s is refused like every other', async (_, username, secret) => {
    await expect(attempt(username, secret)).rejects.toMatchObject(unauthorized)
  })

  test('B10 renews a hash that was made at a lower cost', async () => {
    const nonce = randomBytes(16)
    const tag = argon2Sync('argon2id', {
      message: password,
      nonce,
      parallelism: 1,
      tagLength: 32,
      memory: 1024,
      passes: 1,
    })
    const plain = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
    const row = await getAccount(world, admin.orgId, admin.accountId!)
    await putStrongerHash(world, keys.account(row!.orgId, row!.id), {
      weak: row!.passwordHash,
      strong: `$argon2id$v=19$m=1024,t=1,p=1$${plain(nonce)}$${plain(tag)}`,
    })

    await attempt(email, password)

    const after = await getAccount(world, admin.orgId, admin.accountId!)
    expect(after?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    await attempt(email, password)
  })

  test('B13 is refused after 10 failures of one name from one address, for 15 minutes', async () => {
    for (let i = 0; i < 10; i++) {
      // Two functions share the count.
      await expect(
        attempt(email, 'wrong horse', '192.0.2.1', i % 2 ? world : opened.another()),
      ).rejects.toMatchObject(unauthorized)
      now += minute
    }

    const limited = { code: 'rate_limited', status: 429, details: { retryAfterSeconds: 5 * 60 } }
    await expect(attempt(email, password)).rejects.toMatchObject(limited)
    await expect(attempt('ADMIN@acme.example ', password)).rejects.toMatchObject(limited)
    // Others are not held up.
    await attempt(email, password, '192.0.2.2')
    await expect(attempt('nobody@acme.example', 'x')).rejects.toMatchObject(unauthorized)
    now += 5 * minute
    await attempt(email, password)
  })

  test('B13 a name that nobody has is limited too, and says no more', async () => {
    for (let i = 0; i < 10; i++) await attempt('nobody@acme.example', 'x').catch(() => {})

    await expect(attempt('nobody@acme.example', 'x')).rejects.toMatchObject({ code: 'rate_limited' })
  })

  test('B13 a hundred guesses at once are not all looked at', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => attempt(email, `guess number ${i}`)),
    )

    const codes = tries.map((one) => (one as PromiseRejectedResult).reason.code)
    expect(codes.filter((code) => code === 'unauthorized').length).toBeLessThanOrEqual(10)
    expect(new Set(codes)).toEqual(new Set(['unauthorized', 'rate_limited']))
    const refused = (await auditOf(world, admin.orgId, '202601')).filter(
      ({ action }) => action === 'session.refused',
    )
    expect(refused.length).toBeLessThanOrEqual(10)
  })

  test('that succeeds is not counted', async () => {
    for (let i = 0; i < 12; i++) await attempt(email, password)
    for (let i = 0; i < 9; i++) await attempt(email, 'wrong horse').catch(() => {})

    await attempt(email, password)
  })

  test('is told to come back when the table is busy', async () => {
    const failing = failCalls(world, { error: () => serviceError('ThrottlingException') })

    await expect(attempt(email, password)).rejects.toMatchObject({ code: 'unavailable', status: 503 })
    failing.stop()
  })
})

describe('a refresh', () => {
  test('swaps the token; the one before is dead, but may be refreshed again within a minute', async () => {
    const first = await attempt(email, password)
    now += 60 * minute

    const second = await refresh(world, first.token)
    await expect(bearer(first.token)).rejects.toMatchObject(unauthorized)
    now += minute
    const again = await refresh(world, first.token)

    expect(second.token).not.toBe(first.token)
    expect(again).toEqual(second)
    expect(second.accountId).toBe(first.accountId)
    expect(decodeJwt(second.token).sid).toBe(decodeJwt(first.token).sid)
    expect((await bearer(second.token)).actor).toBe(`user:${admin.accountId}`)
  })

  test.each(['refresh', 'any request'])(
    'B5 %s with a token that was swapped a minute ago ends the session, and leaves a trace',
    async (use) => {
      const first = await attempt(email, password)
      const second = await refresh(world, first.token)
      now += minute + 1

      const used = use === 'refresh' ? refresh(world, first.token) : bearer(first.token)
      await expect(used).rejects.toMatchObject(unauthorized)

      await expect(bearer(second.token)).rejects.toMatchObject(unauthorized)
      await expect(refresh(world, second.token)).rejects.toMatchObject(unauthorized)
      expect(await actions()).toContain('session.reuse_detected')
    },
  )

  test('B6 of one token 16 times at once gives one token', async () => {
    const { token } = await attempt(email, password)

    const made = await Promise.all(Array.from({ length: 16 }, () => refresh(world, token)))

    expect(new Set(made.map((session) => session.token)).size).toBe(1)
    expect((await bearer(made[0]!.token)).accountId).toBe(admin.accountId)
  })

  test('keeps a session for 30 days after login and no longer', async () => {
    let session = await attempt(email, password)
    for (let i = 0; i < 30; i++) {
      now += day - 1000
      session = await refresh(world, session.token)
    }
    now += 29_999
    expect((await bearer(session.token)).accountId).toBe(admin.accountId)

    now += 1
    await expect(bearer(session.token)).rejects.toMatchObject(unauthorized)
    await expect(refresh(world, session.token)).rejects.toMatchObject(unauthorized)
  })

  test('of anything but a session token is refused', async () => {
    for (const token of ['', 'x', 'pat_000000000000_'.padEnd(60, 'x')])
      await expect(refresh(world, token)).rejects.toMatchObject(unauthorized)
  })
})

describe('a logout', () => {
  test('B4 ends the session at once, and no other', async () => {
    const [one, other] = [await tokenFor(world, email), await tokenFor(world, email)]

    await logOut(world, await bearer(one))

    await expect(bearer(one)).rejects.toMatchObject(unauthorized)
    await expect(refresh(world, one)).rejects.toMatchObject(unauthorized)
    expect((await bearer(other)).email).toBe(email)
    expect(await actions()).toContain('session.revoked')
  })

  test('of a key is refused', async () => {
    await expect(logOut(world, { ...admin, sessionId: null })).rejects.toMatchObject(unauthorized)
  })
})

describe('B7 every older token is dead after a change of', () => {
  test.each([
    ['role', { role: 'viewer' }],
    ['password', { password: 'another horse' }],
  ] as const)('%s', async (_, change) => {
    const user = await join(world, admin, 'user', 'u@acme.example')
    const token = await tokenFor(world, 'u@acme.example')

    await changeAccount(world, admin, user.accountId!, change)

    await expect(bearer(token)).rejects.toMatchObject(unauthorized)
    await expect(refresh(world, token)).rejects.toMatchObject(unauthorized)
  })
})

test('C4 the role is the row’s, whatever the token says', async () => {
  const user = await join(world, admin, 'user', 'u@acme.example')
  await changeAccount(world, admin, user.accountId!, { role: 'viewer' })

  const token = await tokenFor(world, 'u@acme.example')
  expect((await bearer(token)).role).toBe('viewer')
})
