import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deliverDue } from '../../../shared/core/webhooks-out/deliver-due.ts'
import { deliverFresh } from '../../../shared/core/webhooks-out/deliver-fresh.ts'
import { testEndpoint } from '../../../shared/core/webhooks-out/deliveries.ts'
import { changeEndpoint, deleteEndpoint, readEndpoint } from '../../../shared/core/webhooks-out/endpoints.ts'
import { delayAfter } from '../../../shared/core/webhooks-out/next-try.ts'
import { StepError } from '../../../shared/step-error.ts'
import { allItems } from '../../all-items.ts'
import { auditOf } from '../../audit-of.ts'
import { org } from '../runs-fixture.ts'
import { at, type DeliveriesWorld, moment, openDeliveriesWorld } from './deliveries-fixture.ts'

let runs: DeliveriesWorld
beforeEach(async () => {
  runs = await openDeliveriesWorld()
})
afterEach(() => runs.close())

describe('tries', () => {
  const minute = 60_000
  const hour = 60 * minute

  test('wait 5 s, 5 min … 24 h, give or take a tenth, and not all the same', () => {
    const wanted = [5000, 5 * minute, 30 * minute, ...[2, 5, 10, 14, 20, 24].map((n) => n * hour)]
    const ids = Array.from({ length: 200 }, (_, n) => `01J${n}`)
    for (const [index, delay] of wanted.entries()) {
      const shares = ids.map((id) => (delayAfter(index + 1, id) ?? 0) / delay)

      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.9)
      expect(Math.max(...shares)).toBeLessThanOrEqual(1.1)
      expect(new Set(shares).size).toBeGreaterThan(100)
    }
    expect(delayAfter(wanted.length + 1, '01J')).toBeNull()
  })

  test('two at once, eight at their times; after the last the endpoint is disabled', async () => {
    runs.answer = () => 500
    const { endpoint } = await runs.make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await runs.fresh()
    expect((await runs.list(endpoint.id))[0]?.attempts).toHaveLength(2)
    for (let tried = 2; tried < 10; tried++) {
      const next = Date.parse((await runs.list(endpoint.id))[0]?.nextAt ?? '')
      await runs.tickAt(next - 1000)
      expect(runs.sent).toHaveLength(tried)
      await runs.tickAt(next)
      expect(runs.sent).toHaveLength(tried + 1)
    }

    expect(await runs.list(endpoint.id)).toMatchObject([{ status: 'failed', nextAt: null }])
    expect(new Set(runs.sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(await readEndpoint(runs.world, org, endpoint.id)).toMatchObject({
      disabled: true,
      disabledReason: '10 tries of a delivery failed, the last with status 500',
      revision: 2,
    })
    const entries = await auditOf(runs.world, org, '202601')
    expect(entries.filter(({ action }) => action === 'webhook.disabled')).toMatchObject([{ actor: 'system' }])
  })

  const failures: [string, number | StepError][] = [
    ['a redirect', 302],
    ['a refusal', 404],
    ['no answer', new StepError('Http.Timeout', 'The other side did not answer in time')],
    ['an address inside', new StepError('Http.Blocked', 'The address is not public')],
  ]

  test.each(failures)('%s is a failure', async (_what, outcome) => {
    runs.answer = () => outcome
    const { endpoint } = await runs.make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await runs.fresh()

    const [delivery] = await runs.list(endpoint.id)
    expect(delivery).toMatchObject({ status: 'pending', nextAt: expect.any(String) })
    const attempt = delivery?.attempts[0]
    if (outcome instanceof StepError)
      expect(attempt).toMatchObject({ status: null, error: `${outcome.code}: ${outcome.message}` })
    else expect(attempt).toMatchObject({ status: outcome })
    expect(await readEndpoint(runs.world, org, endpoint.id)).toMatchObject({ failingSince: attempt?.at })
  })

  test('410 disables at once; what stood open is given up; enabled again it begins afresh', async () => {
    runs.answer = () => 410
    const { endpoint } = await runs.make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await testEndpoint(runs.world, runs.who, endpoint.id)
    const [first, second] = await runs.come(2)
    await runs.drive(deliverFresh(runs.world, [first!]))
    await runs.drive(deliverFresh(runs.world, [second!]))

    expect(runs.sent).toHaveLength(1)
    expect(
      (await runs.list(endpoint.id)).map(({ status, attempts }) => [status, attempts.length]).toSorted(),
    ).toEqual([
      ['failed', 0],
      ['failed', 1],
    ])
    expect(await readEndpoint(runs.world, org, endpoint.id)).toMatchObject({
      disabled: true,
      disabledReason: 'The endpoint answered 410 Gone',
    })
    await expect(testEndpoint(runs.world, runs.who, endpoint.id)).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'endpoint_disabled' },
    })
    const enabled = await changeEndpoint(
      runs.world,
      runs.who,
      endpoint.id,
      { disabled: false },
      { ifMatch: ['"r2"'] },
    )
    expect(enabled).toMatchObject({ disabled: false, disabledReason: null, failingSince: null, revision: 3 })
  })

  test('of one delivery are never two at once', async () => {
    const gate = Promise.withResolvers<number>()
    runs.answer = () => gate.promise
    const { endpoint } = await runs.make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    const deliveries = await runs.come(1)
    const all = Promise.all([
      deliverFresh(runs.world, deliveries),
      deliverFresh(runs.world, deliveries),
      deliverDue(runs.world),
      deliverDue(runs.world),
    ])
    while (runs.sent.length === 0) await moment()
    gate.resolve(200)
    await runs.drive(all)

    expect(runs.sent).toHaveLength(1)
    expect(await runs.list(endpoint.id)).toMatchObject([{ status: 'delivered', attempts: [{ status: 200 }] }])
  })

  test('whoever dies while at it is followed by another', async () => {
    runs.answer = () => new Promise(() => {})
    const { endpoint } = await runs.make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    void deliverFresh(runs.world, await runs.come(1))
    while (runs.sent.length === 0) await moment()
    runs.answer = () => 200
    await runs.tick()
    expect(runs.sent).toHaveLength(1)

    await runs.clock.advance(60_000)
    await runs.tick()
    expect(await runs.list(endpoint.id)).toMatchObject([{ status: 'delivered' }])
  })

  test('an endpoint that takes nothing is left to the tick, ten at a time; others go on', async () => {
    runs.answer = ({ url }) => (url === at ? new StepError('Http.Timeout', 'No answer') : 200)
    const { endpoint: dead } = await runs.make()
    const { endpoint: alive } = await runs.make({ url: 'https://alive.example.com/' })
    await testEndpoint(runs.world, runs.who, dead.id)
    await runs.fresh()
    for (let n = 0; n < 15; n++) await testEndpoint(runs.world, runs.who, dead.id)
    await testEndpoint(runs.world, runs.who, alive.id)
    runs.sent = []
    await runs.fresh(16)

    expect(runs.sent.map(({ url }) => url)).toEqual(['https://alive.example.com/'])
    runs.sent = []
    await runs.tick()
    expect(runs.sent).toHaveLength(10)
    runs.answer = () => 200
    await runs.clock.advance(6 * minute)
    await runs.tick()
    await runs.tick()
    expect((await runs.list(dead.id)).every(({ status }) => status === 'delivered')).toBe(true)
    expect(await readEndpoint(runs.world, org, dead.id)).toMatchObject({ failingSince: null })
  })

  test('end with the endpoint', async () => {
    runs.answer = () => 500
    const { endpoint } = await runs.make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await runs.fresh()
    await deleteEndpoint(runs.world, runs.who, endpoint.id, {})
    runs.sent = []
    await runs.clock.advance(hour)
    await runs.tick()

    expect(runs.sent).toEqual([])
    const open = (await allItems(runs.world)).filter(({ gsi2pk }) => String(gsi2pk).startsWith('HOOKDUE'))
    expect(open).toEqual([])
  })
})
