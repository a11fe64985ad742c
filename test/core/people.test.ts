import { argon2Sync } from 'node:crypto'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate } from '../../shared/core/authenticate.ts'
import { codesFor } from '../../shared/core/codes.ts'
import { ticketsFor } from '../../shared/core/tickets.ts'
import { usersFor } from '../../shared/core/users.ts'
import { putStrongerHash } from '../../shared/store/stronger-hash.ts'
import { keys } from '../../shared/store/table.ts'
import { changePassword, getUser } from '../../shared/store/users.ts'
import type { JsonObject } from '../../shared/world.ts'
import { allItems } from '../all-items.ts'
import { type Faces, openFaces } from '../faces/open-faces.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

const org = '5a3f0b1c-0000-4000-8000-000000000001'
const other = '5a3f0b1c-0000-4000-8000-000000000002'

let clock: FakeClock
let opened: TestWorld
beforeAll(async () => {
  clock = fakeClock()
  opened = await openTestWorld({ clock })
})
afterAll(() => opened.close())

let visits = 0
/** A visit of a step: its key stays the same over its tries. */
const visit = () => `run:${++visits}`
const users = (key = visit(), orgId = org) => usersFor(opened.world, orgId, key)
const ada = { email: 'Ada@Example.com', password: 'correct horse battery', attributes: { name: 'Ada' } }

/** As it was made when it cost less. */
function weakHash(message: string): string {
  const nonce = Buffer.alloc(16, 7)
  const cost = { memory: 8192, passes: 2, parallelism: 1, tagLength: 32 }
  const tag = argon2Sync('argon2id', { message, nonce, ...cost })
  const [salt, hash] = [nonce, tag].map((bytes) => bytes.toString('base64').replace(/=+$/, ''))
  return `$argon2id$v=19$m=8192,t=2,p=1$${salt}$${hash}`
}

describe('users', () => {
  test('are made once, found by e-mail in any case and by id, and are their organisation’s alone', async () => {
    const { userId, exists } = await users().create(ada)
    const again = await users().create({ ...ada, email: 'ADA@example.com', password: 'another password' })
    const elsewhere = await users(visit(), other).create(ada)

    expect([exists, again]).toEqual([false, { userId, exists: true }])
    expect(elsewhere.exists).toBe(false)
    const found = { userId, email: 'ada@example.com', attributes: { name: 'Ada' } }
    expect(await users().find({ email: 'aDa@example.com' })).toEqual(found)
    expect(await users().find({ userId })).toEqual(found)
    expect(await users().find({ userId: elsewhere.userId })).toBeNull()
    expect(await users().find({ email: '' })).toBeNull()
    // What came later has changed nothing.
    expect(await users().verifyPassword({ userId }, ada.password)).toBe(userId)
  })

  test('a step that is tried again makes no second one, and does not find the first in its way', async () => {
    const key = visit()
    const [one, two] = await Promise.all([
      users(key).create({ ...ada, email: 'twice@example.com' }),
      users(key).create({ ...ada, email: 'twice@example.com' }),
    ])

    expect(one).toEqual({ userId: one.userId, exists: false })
    expect(two).toEqual(one)
  })

  test('of sixteen who want one e-mail at once, one gets it', async () => {
    const made = await Promise.all(
      Array.from({ length: 16 }, () => users().create({ ...ada, email: 'one@example.com', password: null })),
    )

    expect(made.filter(({ exists }) => !exists)).toHaveLength(1)
    expect(new Set(made.map(({ userId }) => userId)).size).toBe(1)
  })

  test.each<[string, Partial<typeof ada>, string]>([
    ['a short password', { password: '1234567' }, 'User.BadPassword'],
    ['an empty password', { password: '' }, 'User.BadPassword'],
    ['a password of 129 characters', { password: 'x'.repeat(129) }, 'User.BadPassword'],
    ['no address', { email: 'ada' }, 'User.BadEmail'],
    ['an address with a blank', { email: 'a da@example.com' }, 'User.BadEmail'],
    ['attributes beyond measure', { attributes: { name: 'x'.repeat(9000) } }, 'User.BadAttributes'],
  ])('%s is refused', async (_name, wrong, code) => {
    await expect(users().create({ ...ada, email: 'new@example.com', ...wrong })).rejects.toMatchObject({
      code,
    })
    expect(await users().find({ email: 'new@example.com' })).toBeNull()
  })

  test('have a password that is proved, changed, and not guessed', async () => {
    const { userId } = await users().create({ ...ada, email: 'bob@example.com' })
    const prove = (password: string) => users().verifyPassword({ email: 'bob@example.com' }, password)

    expect([await prove(ada.password), await prove(`${ada.password} `)]).toEqual([userId, null])
    expect(await users().setPassword(userId, 'a newer password')).toBe(true)
    expect([await prove(ada.password), await prove('a newer password')]).toEqual([null, userId])
    expect(await users().setPassword('nobody', 'a newer password')).toBe(false)
    for (let at = 0; at < 9; at++) await prove('wrong password')
    await expect(prove('a newer password')).rejects.toMatchObject({ code: 'User.TooManyAttempts' })
    await clock.leap(16 * 60_000)
    expect(await prove('a newer password')).toBe(userId)
  })

  test('are guessed at ten times in all, by e-mail and by id, and a new password ends the lock', async () => {
    const { userId } = await users().create({ ...ada, email: 'guessed@example.com' })
    const names = [{ email: 'guessed@example.com' }, { userId }]
    for (let at = 0; at < 10; at++) await users().verifyPassword(names[at % 2]!, 'wrong password')

    for (const name of names)
      await expect(users().verifyPassword(name, ada.password)).rejects.toMatchObject({
        code: 'User.TooManyAttempts',
      })
    await users().setPassword(userId, 'a newer password')
    expect(await users().verifyPassword({ userId }, 'a newer password')).toBe(userId)
  })

  test('B10 get a stronger hash when they sign in, unless their password is changed meanwhile', async () => {
    const weak = weakHash(ada.password)
    const { userId } = await users().create({ ...ada, email: 'weak@example.com' })
    const of = { orgId: org, id: userId }
    await changePassword(opened.world, of, { passwordHash: weak, at: '2026-01-01T00:00:00.000Z' })
    const stale = (await getUser(opened.world, org, userId))!

    expect(await users().verifyPassword({ userId }, ada.password)).toBe(userId)
    const renewed = await getUser(opened.world, org, userId)
    expect(renewed?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,/)
    expect(renewed).toMatchObject({ passwordChangedAt: stale.passwordChangedAt, rev: stale.rev + 1 })
    // A sign-in that was overtaken by a reset had put the old password back.
    await putStrongerHash(opened.world, keys.user(stale.orgId, stale.id), {
      weak,
      strong: 'of the old password',
    })
    expect(await getUser(opened.world, org, userId)).toEqual(renewed)
  })

  test('are nobody for an id that could be no key', async () => {
    for (const userId of ['', 'x'.repeat(5000), '\ud800', 'META']) {
      expect(await users().find({ userId })).toBeNull()
      expect(await users().verifyPassword({ userId }, ada.password)).toBeNull()
      expect(await users().setPassword(userId, ada.password)).toBe(false)
    }
  })
})

describe('one-time codes', () => {
  const sent: { to: string[]; subject: string; text?: string }[] = []
  const codes = (key = visit(), orgId = org) =>
    codesFor(opened.world, orgId, key, async (message) => void sent.push(message))
  const order = {
    ...{ to: 'ada@example.com', purpose: 'sign-up', length: 6, ttlSeconds: 300, link: null },
    ...{ subject: null, text: null, deliver: true },
  }
  const lastCode = () => /\d{4,10}/.exec(sent.at(-1)!.text ?? '')![0]
  const check = (code: string, more: Partial<typeof order> = {}, key = visit(), orgId = org) =>
    codes(key, orgId).check({ to: order.to, purpose: order.purpose, ...more, code })

  test('are sent, and are good once', async () => {
    const key = visit()
    const told = await codes(key).send(order)
    const code = lastCode()
    await codes(key).send(order)

    expect(told.sentTo).toBe('a•••@example.com')
    expect(lastCode()).toBe(code)
    expect(await check('000000')).toMatchObject({ valid: false, attemptsLeft: 4 })
    expect(await check(code, { purpose: 'other' })).toMatchObject({ valid: false })
    expect(await check(code, {}, visit(), other)).toMatchObject({ valid: false })
    const used = visit()
    expect(await check(` ${code} `, { to: 'ADA@example.com' }, used)).toMatchObject({ valid: true })
    // The same step, tried again, is told the same; anybody else is not.
    expect(await check(code, {}, used)).toMatchObject({ valid: true })
    expect(await check(code)).toMatchObject({ valid: false })
  })

  test('are the last one that was sent, for so long as was said', async () => {
    await clock.leap(16 * 60_000)
    await codes().send(order)
    const first = lastCode()
    await codes().send(order)
    expect(await check(first)).toMatchObject({ valid: false })
    await clock.leap(301_000)
    expect(await check(lastCode())).toMatchObject({ valid: false })
  })

  test('are good no more after five wrong ones, however many come at once', async () => {
    await clock.leap(16 * 60_000)
    await codes().send(order)
    const code = lastCode()
    const wrong = code === '111111' ? '222222' : '111111'
    const tried = await Promise.all(Array.from({ length: 16 }, () => check(wrong)))

    expect(tried.filter(({ valid }) => valid)).toEqual([])
    expect(await check(code)).toEqual({ valid: false, attemptsLeft: 0 })
  })

  test('of sixteen right ones at once, one counts', async () => {
    await clock.leap(16 * 60_000)
    await codes().send(order)
    const tried = await Promise.all(Array.from({ length: 16 }, () => check(lastCode())))

    expect(tried.filter(({ valid }) => valid)).toHaveLength(1)
  })

  test('are sent five times in a quarter of an hour', async () => {
    await clock.leap(16 * 60_000)
    for (let at = 0; at < 5; at++) await codes().send(order)
    await expect(codes().send(order)).rejects.toMatchObject({ code: 'Code.TooManySends' })
    await clock.leap(16 * 60_000)
    await codes().send(order)
  })

  // Five tries of each of five codes, and then of the next five: in a year one code in two was guessed.
  test('are guessed at fifty times a day, however many are sent, unless a right one comes', async () => {
    await clock.leap(86_400_000)
    const guess = async () => {
      for (let at = 0; at < 25; at++) {
        if (at % 5 === 0) await codes().send(order)
        expect((await check(lastCode() === '111111' ? '222222' : '111111')).valid).toBe(false)
      }
      await clock.leap(16 * 60_000)
    }
    await guess()
    await codes().send(order)
    expect((await check(lastCode())).valid).toBe(true)
    await clock.leap(16 * 60_000)
    await guess()
    await guess()

    await expect(codes().send(order)).rejects.toMatchObject({ code: 'Code.TooManyTries' })
    await expect(codes().send({ ...order, deliver: false })).rejects.toMatchObject({
      code: 'Code.TooManyTries',
    })
    await codes().send({ ...order, to: 'bob@example.com' })
    await clock.leap(86_400_000)
    await codes().send(order)
    expect((await check(lastCode())).valid).toBe(true)
  })

  test('come with a link and words of the author’s, or not at all', async () => {
    await clock.leap(16 * 60_000)
    const count = sent.length
    await codes().send({ ...order, link: 'https://app.example/?c={code}', text: 'Go to {link}', length: 8 })
    expect(sent.at(-1)!.text).toMatch(/^Go to https:\/\/app\.example\/\?c=\d{8}$/)
    const words = { subject: '{code} is your code', text: 'It costs $& at {link}' }
    await codes().send({ ...order, link: 'https://app.example/$&?c={code}', ...words })
    expect(sent.at(-1)!.subject).toBe(`${lastCode()} is your code`)
    expect(sent.at(-1)!.text).toMatch(/^It costs \$& at https:\/\/app\.example\/\$&\?c=\d{6}$/)
    await codes().send({ ...order, to: 'nobody@example.com', deliver: false })
    expect(sent).toHaveLength(count + 2)
    expect(await check('123456', { to: 'nobody@example.com' })).toMatchObject({ attemptsLeft: 4 })
  })

  test('stand nowhere as they are', async () => {
    await clock.leap(16 * 60_000)
    await codes().send({ ...order, length: 10 })
    expect(JSON.stringify(await allItems(opened.world))).not.toContain(lastCode())
  })
})

describe('tickets', () => {
  const tickets = (key = visit(), orgId = org) => ticketsFor(opened.world, { orgId, runId: 'r1' }, key)
  const holder = { userId: 'u1', email: null, claims: { plan: 'gold' } }

  /** Sealed in what a flow carries: opened as a working step would have it. */
  async function plain(sealed: string): Promise<string> {
    const { openSealed } = await import('../../shared/core/sealing.ts')
    const { value } = await openSealed(opened.world, { orgId: org, runId: 'r1' }, { ticket: sealed })
    return String(value.ticket)
  }

  test('are good once, for their kind, in their organisation, in their time', async () => {
    const key = visit()
    const { ticket, expiresAt } = await tickets(key).issue('invitation', holder, 600)
    const text = await plain(ticket)

    expect(text).toMatch(/^[\w-]{43}$/)
    expect(await plain((await tickets(key).issue('invitation', holder, 600)).ticket)).toBe(text)
    expect(Date.parse(expiresAt) - clock.now()).toBe(600_000)
    expect(await tickets().check('reset-ticket', text, true)).toBeNull()
    expect(await tickets(visit(), other).check('invitation', text, true)).toBeNull()
    expect(await tickets().check('invitation', text, false)).toEqual(holder)
    const used = visit()
    const many = await Promise.all(
      [used, ...Array.from({ length: 15 }, visit)].map((one) => tickets(one).check('invitation', text, true)),
    )
    expect(many.filter((found) => found !== null)).toHaveLength(1)
    expect(JSON.stringify(await allItems(opened.world))).not.toContain(text)
    const { ticket: late } = await tickets().issue('reset-ticket', holder, 30)
    await clock.leap(31_000)
    expect(await tickets().check('reset-ticket', await plain(late), true)).toBeNull()
  })
})

describe('an assertion', () => {
  let faces: Faces
  beforeAll(async () => {
    faces = await openFaces()
  })
  afterAll(() => faces.close())

  test('is checked by the published keys, and is no token of the API', async () => {
    const flow = await faces.flow({
      metadata: { name: 'Sign in' },
      triggers: [{ type: 'journey', flowType: 'SIGN_IN' }],
      nodes: {
        token: {
          type: 'token.issue',
          params: {
            ...{ kind: 'assertion', userId: 'u-1', audience: '{{trigger.data.applicationId}}' },
            claims: { email: 'ada@example.com' },
          },
          next: { default: 'end' },
        },
        end: { type: 'final', params: { outputs: { userAssertion: '{{token.assertion}}' } } },
      },
    } as JsonObject)
    const { body } = await faces.send('POST', '/api/server/v1/flow/execute', {
      body: { flowType: 'SIGN_IN', applicationId: 'app-1' },
    })
    const { userAssertion } = body.data
    const keys = createRemoteJWKSet(new URL('http://127.0.0.1/.well-known/jwks.json'), {
      [customFetch]: async () => {
        const { text } = await faces.send('GET', '/.well-known/jwks.json')
        return new Response(text, { headers: { 'content-type': 'application/json' } })
      },
    })
    const { payload, protectedHeader } = await jwtVerify(userAssertion, keys, {
      ...{ audience: 'app-1', typ: 'assertion+jwt', algorithms: ['EdDSA'] },
      issuer: faces.world.settings.baseUrl,
    })

    expect(protectedHeader.alg).toBe('EdDSA')
    expect(payload).toMatchObject({ sub: 'u-1', org: faces.acme.orgId, email: 'ada@example.com' })
    expect(body.data.additionalData.userAssertion).toBe(userAssertion)
    await expect(authenticate(faces.world, `Bearer ${userAssertion}`)).rejects.toMatchObject({
      code: 'unauthorized',
    })
    // Whoever reads the run's records finds nothing to sign in with.
    const as = faces.acme.token.admin
    const { body: runs } = await faces.send('GET', `/v1/flowrun/light/${flow}`, { as })
    const id = runs.data[0]._id ?? runs.data[0].appRunId
    for (const path of ['details', 'steps', 'outputs', 'context']) {
      const { text, status } = await faces.send('GET', `/v1/flowrun/${path}/${id}`, { as })
      expect([path, status]).toEqual([path, 200])
      expect(text).not.toContain(userAssertion)
      expect(text).not.toContain('eyJhbGciOiJkaXIi')
    }
  })
})
