import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FaultCode } from '../../shared/faults.ts'
import { allItems } from '../all-items.ts'
import { refusing } from './toy.ts'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
let count = 0
beforeAll(async () => {
  toys = await openToyWorld()
})
afterAll(() => toys.close())
beforeEach(() => {
  toys.toy.reply = made
})

const made = async () => ({
  status: 201,
  body: { made: ++count },
  location: `/toys/${count}`,
  etag: `"r${count}"`,
  run: { id: `run-${count}`, status: 'waiting', version: 3 },
})
const post = (key: string, body: unknown = { name: 'a' }, as = toys.acme.token.user) =>
  toys.send('POST', '/toys', { as, body, headers: { 'idempotency-key': key } })

test('F1 the same request again gives the first answer, with its headers, and acts once', async () => {
  const first = await post('key-1')
  const again = await post('key-1', { name: 'a' })

  expect(again.status).toBe(201)
  expect(again.body).toEqual(first.body)
  expect(again.headers).toMatchObject({
    'idempotency-replayed': 'true',
    location: first.headers.location,
    etag: first.headers.etag,
    'sluice-run-id': first.headers['sluice-run-id'],
    'sluice-run-status': 'waiting',
  })
  expect(first.headers).not.toHaveProperty('idempotency-replayed')
  expect(again.headers['request-id']).not.toBe(first.headers['request-id'])
})

test('the key may be quoted; the quotes are no part of it', async () => {
  const first = await post('key-2')
  const quoted = await post('"key-2"')

  expect(quoted.body).toEqual(first.body)
})

test('the order of members makes no other body', async () => {
  const first = await post('key-3', '{"name":"a","size":1}')
  const again = await post('key-3', '{ "size": 1.0, "name": "a" }')

  expect(again.body).toEqual(first.body)
})

test('F2 another body is refused', async () => {
  await post('key-4')
  const other = await post('key-4', { name: 'b' })

  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
})

test('another query is refused', async () => {
  const send = (query: string) =>
    toys.send('POST', `/toys/${'0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11'}/run${query}`, {
      as: toys.acme.token.user,
      body: {},
      headers: { 'idempotency-key': 'key-5' },
    })
  await send('?wait=5')

  // How long somebody waits is no part of what is asked for.
  expect((await send('?wait=0')).headers['idempotency-replayed']).toBe('true')
})

test('F7 while the first is at work the second is told so', async () => {
  const gate = Promise.withResolvers<void>()
  toys.toy.reply = async () => {
    await gate.promise
    return made()
  }
  const before = toys.toy.calls.length
  const first = post('key-6')
  await expect.poll(() => toys.toy.calls.length).toBeGreaterThan(before)
  const calls = toys.toy.calls.length
  const second = await post('key-6')
  gate.resolve()

  expect([second.status, second.body.code, second.headers['retry-after']]).toEqual([
    409,
    'idempotency_in_progress',
    '1',
  ])
  expect((await first).status).toBe(201)
  expect(toys.toy.calls.length).toBe(calls)
})

test('a key belongs to who sent it, to the method and to the path', async () => {
  const first = await post('key-7')
  const another = await post('key-7', { name: 'a' }, toys.acme.token.admin)
  const elsewhere = await post('key-7', { name: 'a' }, toys.other.token.user)
  const patched = await toys.send('PATCH', '/toys/0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11', {
    as: toys.acme.token.user,
    body: { name: 'a' },
    headers: { 'idempotency-key': 'key-7' },
  })

  const bodies = [first, another, elsewhere, patched].map(({ body }) => body.made)
  expect(new Set(bodies).size).toBe(4)
})

describe('a refusal leaves the key unspent', () => {
  test.each<FaultCode>([
    'validation_failed',
    'invalid_request',
    'forbidden',
    'not_found',
    'conflict',
    'rate_limited',
    'unavailable',
  ])('%s', async (code) => {
    toys.toy.reply = refusing(code)
    const refused = await post(`refused-${code}`)
    toys.toy.reply = made
    const again = await post(`refused-${code}`, { name: 'another' })

    expect(refused.body.code).toBe(code)
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, undefined])
  })

  test('also one before the route is asked', async () => {
    await post('key-8', { nonsense: 1 })

    expect((await post('key-8')).status).toBe(201)
  })
})

test('after a bug nobody knows what was done: the key is held until the lease is over', async () => {
  toys.toy.reply = async () => {
    throw new TypeError('a bug')
  }
  const broken = await post('key-9')
  toys.toy.reply = made
  const held = await post('key-9')
  await toys.clock.advance(29_000 + 5000)
  const later = await post('key-9')

  expect([broken.status, held.status, later.status]).toEqual([500, 409, 201])
})

test('what was done is answered also if its reply cannot be kept', async () => {
  toys.toy.reply = async () => ({ body: { big: 'x'.repeat(500_000) } })
  const { status } = await post('key-11')

  expect(status).toBe(200)
  expect(toys.log.lines.at(-1)).toMatchObject({ level: 'error', message: 'A reply could not be kept' })
})

test.each(['', ' ', 'a b', '"', '"a', '"a"b"', 'é', 'x'.repeat(256)])('%j is no key', async (key) => {
  const { status, body } = await post(key)

  expect([status, body.details.issues[0].path]).toEqual([400, 'Idempotency-Key'])
})

test('J1 the reply lies sealed', async () => {
  const canary = 'pat_canary_4711'
  toys.toy.reply = async () => ({ body: { key: canary } })
  await post('key-12')

  expect(JSON.stringify(await allItems(toys.world))).not.toContain(canary)
})

test('reads and open routes do not look at it', async () => {
  const headers = { 'idempotency-key': 'not a key' }
  const read = await toys.send('GET', '/toys', { as: toys.acme.token.user, headers })
  const open = await toys.send('POST', '/open', { body: {}, headers })

  expect([read.status, open.status]).toEqual([201, 201])
})

test('after 24 hours the key is unspent', async () => {
  const first = await post('key-10')
  await toys.clock.advance(86_400_000 + 1000)
  const later = await post('key-10', { name: 'b' }, await toys.fresh('user'))

  expect(later.status).toBe(201)
  expect(later.body).not.toEqual(first.body)
})
