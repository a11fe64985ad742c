import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listDeliveries, replayDelivery, testEndpoint } from '../../../shared/core/webhooks-out/deliveries.ts'
import { org } from '../runs-fixture.ts'
import { type DeliveriesWorld, openDeliveriesWorld } from './deliveries-fixture.ts'

let runs: DeliveriesWorld
beforeEach(async () => {
  runs = await openDeliveriesWorld()
})
afterEach(async () => {
  vi.useRealTimers()
  await runs.close()
})

test('a replay tells the same event again, as a delivery of its own', async () => {
  const { endpoint } = await runs.make()
  const first = await testEndpoint(runs.world, runs.who, endpoint.id)
  await runs.fresh()
  const second = await replayDelivery(runs.world, runs.who, endpoint.id, first)
  await runs.fresh()

  expect(second).not.toBe(first)
  expect(runs.sent[1]?.body).toBe(runs.sent[0]?.body)
  expect(runs.sent[1]?.headers['webhook-id']).toBe(runs.sent[0]?.headers['webhook-id'])
  const other = first.slice(0, -1) + (first.endsWith('Z') ? 'Y' : 'Z')
  await expect(replayDelivery(runs.world, runs.who, endpoint.id, other)).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('deliveries are listed by time and state, and paged', async () => {
  runs.answer = () => 500
  const { endpoint } = await runs.make()
  await testEndpoint(runs.world, runs.who, endpoint.id)
  await runs.fresh()
  runs.answer = () => 200
  await runs.clock.advance(60_000)
  const between = new Date(runs.clock.now()).toISOString()
  await runs.clock.advance(60_000)
  // The machine's clock makes ids of what people ask for.
  vi.useFakeTimers({ toFake: ['Date'], now: runs.clock.now() })
  const ask = async (query: object) =>
    await listDeliveries(runs.world, org, endpoint.id, { limit: 100, ...query })
  for (let n = 0; n < 3; n++) await testEndpoint(runs.world, runs.who, endpoint.id)

  const pages = []
  for (let after: string | null | undefined; after !== null; ) {
    const page: Awaited<ReturnType<typeof ask>> = await ask({ limit: 2, after: after ?? undefined })
    pages.push(page.deliveries.length)
    after = page.next
  }
  expect(pages).toEqual([2, 2])
  expect(
    (await ask({ from: between })).deliveries.length + (await ask({ to: between })).deliveries.length,
  ).toBe(4)
  expect((await ask({ from: '9999-01-01T00:00:00.000Z', to: between })).deliveries).toEqual([])
  expect((await ask({ status: 'delivered' })).deliveries).toEqual([])
  expect((await ask({ status: 'pending' })).deliveries).toHaveLength(4)
})
