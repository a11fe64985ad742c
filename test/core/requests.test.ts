import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  claimRequest,
  findStart,
  keepResponse,
  nameRequest,
  releaseRequest,
  requestItemForStart,
} from '../../shared/core/requests.ts'
import { transact } from '../../shared/store/transact.ts'
import type { World } from '../../shared/world.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

let opened: TestWorld
let world: World
let clock: FakeClock
beforeEach(async () => {
  clock = fakeClock()
  opened = await openTestWorld({ clock })
  world = opened.world
})
afterEach(() => opened.close())

const hour = 3600_000
const named = (over: { key?: string; body?: unknown; path?: string; who?: string } = {}) =>
  nameRequest(
    { who: over.who ?? 'user:a', method: 'POST', path: over.path ?? '/v1/flow', key: over.key ?? 'k1' },
    { body: over.body ?? { a: 1, b: [2] }, query: {} },
  )

async function claimed(key = named(), leaseMs = 10_000): Promise<string> {
  const claim = await claimRequest(world, 'o', key, leaseMs)
  if (claim.state !== 'new') throw new Error(`The key is ${claim.state}`)
  return claim.claimId
}

test('F1 of many equal requests one works; when it has answered, the rest get its reply', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 16 }, () => claimRequest(world, 'o', named(), 10_000)),
  )

  const won = tries.filter((one) => one.status === 'fulfilled')
  const lost = tries.filter((one) => one.status === 'rejected')
  expect(won).toHaveLength(1)
  expect(lost.map(({ reason }) => reason.code)).toEqual(Array(15).fill('idempotency_in_progress'))
  expect(lost[0]?.reason.details).toEqual({ retryAfterSeconds: 1 })

  const { claimId } = won[0]!.value as { claimId: string }
  const reply = { status: 201, location: '/v1/flow/f', etag: '"r1"', body: { _id: 'f' } }
  await keepResponse(world, 'o', named(), claimId, reply)
  expect(await claimRequest(world, 'o', named(), 10_000)).toEqual({ state: 'replay', response: reply })
})

// The first request with a key was told that it was still at work itself, and had to wait for its own lease.
test('a call that the SDK repeats, because its reply was lost, finds its own claim and goes on', async () => {
  const { db } = world
  const send = async (command: object) => {
    await (db.send as (given: object) => Promise<unknown>)(command)
    return await (db.send as (given: object) => Promise<unknown>)(command)
  }
  const repeating = { ...world, db: Object.assign(Object.create(db), { send }) }

  const claim = await claimRequest(repeating, 'o', named(), 10_000)

  expect(claim.state).toBe('new')
  await expect(claimRequest(world, 'o', named(), 10_000)).rejects.toMatchObject({
    code: 'idempotency_in_progress',
  })
})

test('equal bodies are equal whatever the order of their members', async () => {
  expect(named({ body: { a: 1, b: [2] } })).toEqual(named({ body: { b: [2], a: 1 } }))
})

test('F2 another body under the same key is refused, in every state', async () => {
  const claimId = await claimed()
  const other = named({ body: { a: 2 } })
  const refusal = { code: 'idempotency_key_reused', status: 422 }
  await expect(claimRequest(world, 'o', other, 1000)).rejects.toMatchObject(refusal)

  await keepResponse(world, 'o', named(), claimId, { status: 200, body: null })

  await expect(claimRequest(world, 'o', other, 1000)).rejects.toMatchObject(refusal)
  await expect(findStart(world, 'o', other)).rejects.toMatchObject(refusal)
})

test('F2 another organisation, caller, path or key is another request', async () => {
  await claimed()

  expect((await claimRequest(world, 'o2', named(), 1000)).state).toBe('new')
  for (const other of [named({ who: 'user:b' }), named({ path: '/v1/flow/x' }), named({ key: 'k2' })])
    expect((await claimRequest(world, 'o', other, 1000)).state).toBe('new')
})

test('F2 after 24 hours the key is unspent', async () => {
  await keepResponse(world, 'o', named(), await claimed(), { status: 200, body: 1 })

  await clock.advance(24 * hour - 1)
  expect((await claimRequest(world, 'o', named(), 1000)).state).toBe('replay')
  await clock.advance(1)
  expect((await claimRequest(world, 'o', named({ body: 'other' }), 1000)).state).toBe('new')
})

test('F3 a request that failed leaves the key unspent', async () => {
  await releaseRequest(world, 'o', named(), await claimed())

  expect((await claimRequest(world, 'o', named({ body: 'mended' }), 1000)).state).toBe('new')
})

test('a try without an answer is taken over after its lease, and has no say any more', async () => {
  const first = await claimed(named(), 5000)
  await clock.advance(4999)
  await expect(claimRequest(world, 'o', named(), 5000)).rejects.toMatchObject({
    code: 'idempotency_in_progress',
  })
  await clock.advance(1)
  const second = await claimed(named(), 5000)

  await keepResponse(world, 'o', named(), first, { status: 200, body: 'first' })
  await releaseRequest(world, 'o', named(), first)
  await keepResponse(world, 'o', named(), second, { status: 200, body: 'second' })

  expect(await claimRequest(world, 'o', named(), 1)).toEqual({
    state: 'replay',
    response: { status: 200, body: 'second' },
  })
})

test('F1 a key is bound to one run, together with the run', async () => {
  const key = named()
  expect(await findStart(world, 'o', key)).toBeNull()

  const writes = await Promise.all(
    ['r1', 'r2', 'r3'].map((run) => transact(world, [requestItemForStart(world, 'o', key, run)])),
  )

  expect(writes.filter(({ ok }) => ok)).toHaveLength(1)
  expect(await findStart(world, 'o', key)).toBe(['r1', 'r2', 'r3'][writes.findIndex(({ ok }) => ok)])
  expect((await claimRequest(world, 'o', key, 1000)).state).toBe('started')
})

test('J1 the kept reply cannot be read from the table', async () => {
  await keepResponse(world, 'o', named(), await claimed(), { status: 201, body: { key: 'pat_canary' } })

  const { Items = [] } = await world.db.send(new ScanCommand({ TableName: world.settings.table }))
  expect(Items).toHaveLength(1)
  expect(JSON.stringify(Items)).not.toContain('canary')
})
