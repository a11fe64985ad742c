import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countCalls } from '../../shared/store/rates.ts'
import { sdkError, withFaults } from '../faults/inject.ts'
import { caller } from './caller.ts'
import { Toy, toyServed } from './toy.ts'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
beforeEach(async () => {
  toys = await openToyWorld({
    SLUICE_PRINCIPAL_RATE: '30',
    SLUICE_ORGANISATION_RATE: '50',
    SLUICE_ADDRESS_RATE: '25',
  })
})
afterEach(() => toys.close())

const read = (as: string, send = toys.send) => send('GET', '/toys', { as })

async function many(count: number, call: () => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = []
  for (let at = 0; at < count; at++) statuses.push((await call()).status)
  return statuses
}

describe('one principal', () => {
  test('is told where it stands, in both spellings', async () => {
    const { headers } = await read(toys.acme.token.user)

    expect(headers).toMatchObject({ 'ratelimit-limit': '30', 'ratelimit-remaining': '29' })
    expect(headers['x-ratelimit-remaining']).toBe('29')
    expect(Number(headers['ratelimit-reset'])).toBeGreaterThan(0)
    expect(Number(headers['ratelimit-reset'])).toBeLessThanOrEqual(60)
  })

  test('has so many requests a minute, not one more, and all of them again in the next', async () => {
    const statuses = await many(31, () => read(toys.acme.token.user))
    const refused = await read(toys.acme.token.user)

    expect(statuses.filter((status) => status === 200)).toHaveLength(30)
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited', details: { limit: 30 } } })
    expect(refused.headers['retry-after']).toBe(refused.headers['ratelimit-reset'])
    expect(refused.headers['ratelimit-remaining']).toBe('0')
    await toys.clock.leap(Number(refused.headers['retry-after']) * 1000)
    expect((await read(toys.acme.token.user)).status).toBe(200)
  })

  test('that is refused does no work, and takes nothing from others', async () => {
    await many(30, () => read(toys.acme.token.user))
    const calls = toys.toy.calls.length
    await read(toys.acme.token.user)

    expect(toys.toy.calls).toHaveLength(calls)
    expect((await read(toys.acme.token.viewer)).status).toBe(200)
    expect((await read(toys.other.token.user)).status).toBe(200)
  })

  test('shares its minute between function instances', async () => {
    const second = caller(toys.another(), toyServed(new Toy()))
    await many(20, () => read(toys.acme.token.user))
    // Told by the bundle: the other instance learns it with its own first call.
    const { headers } = await read(toys.acme.token.user, second)

    expect(Number(headers['ratelimit-remaining'])).toBeLessThanOrEqual(30 - 2)
    const statuses = await many(40, () => read(toys.acme.token.user, second))
    expect(statuses).toContain(429)
  })

  test('is told of refusals too, and is counted for them', async () => {
    const { status, headers } = await toys.send('POST', '/toys', { as: toys.acme.token.viewer, body: {} })

    expect([status, headers['ratelimit-remaining']]).toEqual([403, '29'])
  })

  test('is not counted for what it has already', async () => {
    toys.toy.reply = async () => ({ body: { fine: true }, etag: '"r1"' })
    const as = toys.acme.token.user
    await read(as)
    const known = await toys.send('GET', '/toys', { as, headers: { 'if-none-match': '"r1"' } })

    expect(known.status).toBe(304)
    expect((await read(as)).headers['ratelimit-remaining']).toBe('28')
  })
})

test('an organisation has its own number for all its people', async () => {
  await many(28, () => read(toys.acme.token.user))
  const statuses = await many(25, () => read(toys.acme.token.viewer))

  expect(statuses.filter((status) => status === 200)).toHaveLength(22)
  expect((await read(toys.other.token.user)).status).toBe(200)
})

test('open routes are counted by address', async () => {
  const call = (address: string) => toys.send('GET', '/open', { address })
  const statuses = await many(26, () => call('198.51.100.1'))

  expect(statuses.filter((status) => status !== 429)).toHaveLength(25)
  expect((await call('198.51.100.2')).status).toBe(200)
})

test('what cannot be counted is let through', async () => {
  const { world } = withFaults(toys.world, (name) =>
    name === 'Update' ? { when: 'before', error: () => sdkError('ThrottlingException') } : null,
  )
  const statuses = await many(3, () => read(toys.acme.token.user, caller(world, toyServed(toys.toy))))

  expect(statuses).toEqual([200, 200, 200])
})

test('one item is written for many calls of a busy instance', async () => {
  await many(20, () => read(toys.acme.token.user))
  const minute = Math.floor(toys.clock.now() / 60_000)
  const { principal } = toys.toy.last as unknown as { principal: { actor: string; orgId: string } }
  const told = await countCalls(toys.world, `ORG#${principal.orgId}#BY#${principal.actor}`, minute, 0)

  expect(told).toBeLessThan(20)
  expect(told).toBeGreaterThanOrEqual(1)
})
