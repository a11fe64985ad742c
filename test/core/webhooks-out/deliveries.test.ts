import type { DynamoDBRecord } from 'aws-lambda'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeOutbound } from '../../../shared/aws/outbound.ts'
import { answerWait } from '../../../shared/core/answers.ts'
import { endRun } from '../../../shared/core/end-run.ts'
import { applyChanges } from '../../../shared/core/updates.ts'
import { publishVersion, rollbackTo, unpublishVersion } from '../../../shared/core/version-status.ts'
import { deliverDue } from '../../../shared/core/webhooks-out/deliver-due.ts'
import { deliverFresh, isNewDelivery } from '../../../shared/core/webhooks-out/deliver-fresh.ts'
import { listDeliveries, replayDelivery, testEndpoint } from '../../../shared/core/webhooks-out/deliveries.ts'
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  readEndpoint,
  rotateSecret,
} from '../../../shared/core/webhooks-out/endpoints.ts'
import { delayAfter } from '../../../shared/core/webhooks-out/next-try.ts'
import { StepError } from '../../../shared/step-error.ts'
import type { JsonObject, OutboundRequest } from '../../../shared/world.ts'
import { openStub } from '../../account/stub.ts'
import { allItems } from '../../all-items.ts'
import { auditOf } from '../../audit-of.ts'
import { adding, asking, endOf, openRunsWorld, org, type RunsWorld, toolAnswer } from '../runs-fixture.ts'

let runs: RunsWorld
/** What was sent, and how it is answered. */
let sent: OutboundRequest[]
let answer: (request: OutboundRequest) => number | StepError | Promise<number>
/** Every change of the table. */
let records: DynamoDBRecord[]
const at = 'https://hooks.example.com/in'

beforeEach(async () => {
  sent = []
  records = []
  answer = () => 204
  runs = await openRunsWorld({
    outbound: async (request) => {
      sent.push(request)
      const status = await answer(request)
      if (status instanceof StepError) throw status
      return { status, headers: {}, body: '', durationMs: 3 }
    },
  })
  runs.dynamo.onChanges(async (changes) => {
    records.push(...changes)
    return { batchItemFailures: await applyChanges(runs.world, changes) }
  })
})
afterEach(async () => {
  vi.useRealTimers()
  await runs.close()
})

const make = (wish: Partial<Parameters<typeof createEndpoint>[2]> = {}) =>
  createEndpoint(runs.world, runs.who, { url: at, events: ['*'], ...wish })
const list = async (id: string) =>
  (await listDeliveries(runs.world, org, id, { limit: 100 })).deliveries.reverse()
/** A moment of the machine's own clock: the table answers in it. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 2))
/** Deliveries that the stream has brought since they were last taken. */
const made = () => records.filter(isNewDelivery)
/** Waits until the stream has brought so many. */
const come = async (count: number) => {
  for (let n = 0; n < 5000 && made().length < count; n++) await moment()
  expect(made()).toHaveLength(count)
  return made()
}
/** Does the work; time passes only while it waits for nothing else. */
const drive = async <T>(work: Promise<T>): Promise<T> => {
  let done = false
  const end = () => {
    done = true
  }
  work.then(end, end)
  for (let n = 1; !done; n++) {
    await runs.clock.advance(n % 40 === 0 ? 500 : 0)
    await moment()
  }
  return await work
}
const typesOf = async (id: string) => (await list(id)).map(({ type }) => type)
/** What the function `due` does with so many deliveries that the stream brings. */
const fresh = async (count = 1) => {
  const deliveries = await come(count)
  records = []
  await drive(deliverFresh(runs.world, deliveries))
}
const tick = () => drive(deliverDue(runs.world))
/** The tick of a later day; days are not walked through, since the table looks at its rows each second. */
const tickAt = (now: number) => drive(deliverDue({ ...runs.world, clock: { ...runs.clock, now: () => now } }))
const bodies = () => sent.map(({ body = '' }) => JSON.parse(body) as JsonObject)

describe('what endpoints are told', () => {
  test('the course of a run, thinly: never what was asked, answered or given', async () => {
    const { endpoint } = await make()
    const flow = await runs.publish(asking)
    const run = await runs.begin(flow, { secret: 'canary-input' })
    await runs.ask(run, { args: { toolName: 'canary-tool', parameters: {} } })
    await answerWait(runs.world, runs.who, { runId: run.id, answer: toolAnswer('canary-answer') }, 0)
    await endRun(runs.world, endOf(runs.world, run, { lastStepId: 'ask', output: 'canary-output' }))
    await fresh(8)

    const types = bodies().map(({ type }) => type)
    expect(types.toSorted()).toEqual(
      [
        'flow.published',
        ...['run.created', 'run.started', 'run.waiting', 'run.resumed', 'run.completed'],
        ...['wait.opened', 'wait.answered'],
      ].toSorted(),
    )
    const told = (type: string) => bodies().find((body) => body.type === type)
    expect(told('run.completed')).toEqual({
      type: 'run.completed',
      timestamp: expect.any(String),
      data: { runId: run.id, flowId: flow, version: 1, status: 'completed' },
    })
    expect(told('wait.opened')?.data).toMatchObject({
      waitId: expect.any(String),
      stepId: 'ask',
      kind: 'client-tool',
    })
    expect(told('flow.published')?.data).toEqual({ flowId: flow, version: 1, status: 'published' })
    expect(JSON.stringify(sent)).not.toContain('canary')
    expect((await list(endpoint.id)).every(({ status }) => status === 'delivered')).toBe(true)
  })

  test('only what they asked for, of the flows they asked for', async () => {
    const flow = await runs.publish(adding)
    const other = await runs.publish(asking)
    const chosen = await make({ events: ['run.created'], flowIds: [flow] })
    const ends = await make({ events: ['run.failed', 'flow.rolled_back'] })
    const off = await make({ disabled: true })
    await runs.begin(other)
    await runs.begin(flow)
    await come(1)

    expect(await typesOf(chosen.endpoint.id)).toEqual(['run.created'])
    expect(await typesOf(ends.endpoint.id)).toEqual([])
    expect(await typesOf(off.endpoint.id)).toEqual([])
  })

  test('of versions: published, published again, rolled back', async () => {
    const { endpoint } = await make({ events: ['flow.published', 'flow.rolled_back'] })
    const flow = await runs.publish(adding)
    await unpublishVersion(runs.world, runs.who, flow, 1)
    await runs.clock.advance(1000)
    await publishVersion(runs.world, runs.who, flow, 1)
    await runs.clock.advance(1000)
    await rollbackTo(runs.world, runs.who, flow, 1)
    await come(3)

    expect(await typesOf(endpoint.id)).toEqual(['flow.published', 'flow.published', 'flow.rolled_back'])
  })

  test('of a firing that was missed', async () => {
    const { endpoint } = await make({ events: ['schedule.missed'] })
    const row = (lastResult: object | null) => ({
      ...{ id: { S: 's1' }, flowId: { S: 'f1' }, name: { S: 'default' } },
      lastResult: lastResult === null ? { NULL: true } : { M: lastResult },
    })
    const missed = {
      outcome: { S: 'missed' },
      scheduledAt: { S: '2026-01-01T00:00:00.000Z' },
      reason: { S: 'late' },
    }
    const change = (before: object, after: object) =>
      ({
        eventName: 'MODIFY',
        dynamodb: {
          Keys: { pk: { S: `ORG#${org}#FLOW#f1` }, sk: { S: 'SCHED#default' } },
          SequenceNumber: '1',
          OldImage: before,
          NewImage: after,
        },
      }) as DynamoDBRecord
    await drive(applyChanges(runs.world, [change(row(null), row(missed)), change(row(missed), row(missed))]))
    await fresh()

    expect(await typesOf(endpoint.id)).toEqual(['schedule.missed'])
    expect(bodies()[0]?.data).toMatchObject({
      flowId: 'f1',
      schedule: 'default',
      scheduledAt: '2026-01-01T00:00:00.000Z',
    })
  })

  test('once for each event and endpoint, however often the changes come', async () => {
    const [one, two] = [await make({ events: ['run.created'] }), await make({ events: ['run.created'] })]
    await runs.begin(await runs.publish(adding))
    await come(2)
    const again = [...records]
    await drive(applyChanges(runs.world, again))
    await drive(Promise.all([applyChanges(runs.world, again), applyChanges(runs.world, again)]))

    const [first, second] = [await list(one.endpoint.id), await list(two.endpoint.id)]
    expect([first.length, second.length]).toEqual([1, 1])
    expect(first[0]?.eventId).toBe(second[0]?.eventId)
  })
})

describe('K8 a delivery', () => {
  beforeEach(() => {
    // The library of the standard looks at the machine's clock.
    vi.useFakeTimers({ toFake: ['Date'], now: runs.clock.now() })
  })

  test('is signed so that the library of the standard verifies it', async () => {
    const { endpoint, secret } = await make()
    const id = await testEndpoint(runs.world, runs.who, endpoint.id)
    await fresh()

    const { headers, body = '', url, followsRedirects } = sent[0]!
    expect([url, followsRedirects]).toEqual([at, false])
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      type: 'webhook.test',
      data: { endpointId: endpoint.id },
    })
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow()
    expect(await list(endpoint.id)).toMatchObject([
      { id, status: 'delivered', nextAt: null, attempts: [{ status: 204, ms: 3 }] },
    ])
  })

  test('is signed with both secrets for a day after a rotation', async () => {
    const { endpoint, secret } = await make()
    const { secret: next, previousUntil } = await rotateSecret(runs.world, runs.who, endpoint.id)
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await fresh()
    const verifies = (by: string) => {
      const { headers, body = '' } = sent.at(-1)!
      try {
        return new Webhook(by).verify(body, headers) !== null
      } catch {
        return false
      }
    }

    expect(Date.parse(previousUntil) - runs.clock.now()).toBe(24 * 3_600_000)
    expect([verifies(secret), verifies(next)]).toEqual([true, true])
    await runs.clock.advance(24 * 3_600_000)
    vi.setSystemTime(runs.clock.now())
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await fresh()
    expect([verifies(secret), verifies(next)]).toEqual([false, true])
  })
})

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
    answer = () => 500
    const { endpoint } = await make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await fresh()
    expect((await list(endpoint.id))[0]?.attempts).toHaveLength(2)
    for (let tried = 2; tried < 10; tried++) {
      const next = Date.parse((await list(endpoint.id))[0]?.nextAt ?? '')
      await tickAt(next - 1000)
      expect(sent).toHaveLength(tried)
      await tickAt(next)
      expect(sent).toHaveLength(tried + 1)
    }

    expect(await list(endpoint.id)).toMatchObject([{ status: 'failed', nextAt: null }])
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
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
    answer = () => outcome
    const { endpoint } = await make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await fresh()

    const [delivery] = await list(endpoint.id)
    expect(delivery).toMatchObject({ status: 'pending', nextAt: expect.any(String) })
    const attempt = delivery?.attempts[0]
    if (outcome instanceof StepError)
      expect(attempt).toMatchObject({ status: null, error: `${outcome.code}: ${outcome.message}` })
    else expect(attempt).toMatchObject({ status: outcome })
    expect(await readEndpoint(runs.world, org, endpoint.id)).toMatchObject({ failingSince: attempt?.at })
  })

  test('410 disables at once; what stood open is given up; enabled again it begins afresh', async () => {
    answer = () => 410
    const { endpoint } = await make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await testEndpoint(runs.world, runs.who, endpoint.id)
    const [first, second] = await come(2)
    await drive(deliverFresh(runs.world, [first!]))
    await drive(deliverFresh(runs.world, [second!]))

    expect(sent).toHaveLength(1)
    expect(
      (await list(endpoint.id)).map(({ status, attempts }) => [status, attempts.length]).toSorted(),
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
    answer = () => gate.promise
    const { endpoint } = await make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    const deliveries = await come(1)
    const all = Promise.all([
      deliverFresh(runs.world, deliveries),
      deliverFresh(runs.world, deliveries),
      deliverDue(runs.world),
      deliverDue(runs.world),
    ])
    while (sent.length === 0) await moment()
    gate.resolve(200)
    await drive(all)

    expect(sent).toHaveLength(1)
    expect(await list(endpoint.id)).toMatchObject([{ status: 'delivered', attempts: [{ status: 200 }] }])
  })

  test('whoever dies while at it is followed by another', async () => {
    answer = () => new Promise(() => {})
    const { endpoint } = await make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    void deliverFresh(runs.world, await come(1))
    while (sent.length === 0) await moment()
    answer = () => 200
    await tick()
    expect(sent).toHaveLength(1)

    await runs.clock.advance(60_000)
    await tick()
    expect(await list(endpoint.id)).toMatchObject([{ status: 'delivered' }])
  })

  test('an endpoint that takes nothing is left to the tick, ten at a time; others go on', async () => {
    answer = ({ url }) => (url === at ? new StepError('Http.Timeout', 'No answer') : 200)
    const { endpoint: dead } = await make()
    const { endpoint: alive } = await make({ url: 'https://alive.example.com/' })
    await testEndpoint(runs.world, runs.who, dead.id)
    await fresh()
    for (let n = 0; n < 15; n++) await testEndpoint(runs.world, runs.who, dead.id)
    await testEndpoint(runs.world, runs.who, alive.id)
    sent = []
    await fresh(16)

    expect(sent.map(({ url }) => url)).toEqual(['https://alive.example.com/'])
    sent = []
    await tick()
    expect(sent).toHaveLength(10)
    answer = () => 200
    await runs.clock.advance(6 * minute)
    await tick()
    await tick()
    expect((await list(dead.id)).every(({ status }) => status === 'delivered')).toBe(true)
    expect(await readEndpoint(runs.world, org, dead.id)).toMatchObject({ failingSince: null })
  })

  test('end with the endpoint', async () => {
    answer = () => 500
    const { endpoint } = await make()
    await testEndpoint(runs.world, runs.who, endpoint.id)
    await fresh()
    await deleteEndpoint(runs.world, runs.who, endpoint.id, {})
    sent = []
    await runs.clock.advance(hour)
    await tick()

    expect(sent).toEqual([])
    const open = (await allItems(runs.world)).filter(({ gsi2pk }) => String(gsi2pk).startsWith('HOOKDUE'))
    expect(open).toEqual([])
  })
})

test('a replay tells the same event again, as a delivery of its own', async () => {
  const { endpoint } = await make()
  const first = await testEndpoint(runs.world, runs.who, endpoint.id)
  await fresh()
  const second = await replayDelivery(runs.world, runs.who, endpoint.id, first)
  await fresh()

  expect(second).not.toBe(first)
  expect(sent[1]?.body).toBe(sent[0]?.body)
  expect(sent[1]?.headers['webhook-id']).toBe(sent[0]?.headers['webhook-id'])
  await expect(
    replayDelivery(runs.world, runs.who, endpoint.id, `${first.slice(0, -1)}Z`),
  ).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('deliveries are listed by time and state, and paged', async () => {
  answer = () => 500
  const { endpoint } = await make()
  await testEndpoint(runs.world, runs.who, endpoint.id)
  await fresh()
  answer = () => 200
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

test('secrets lie encrypted, each under its own endpoint, and are in no record', async () => {
  const { endpoint, secret } = await make()
  const rotated = await rotateSecret(runs.world, runs.who, endpoint.id)
  await testEndpoint(runs.world, runs.who, endpoint.id)
  await fresh()

  const items = JSON.stringify(await allItems(runs.world))
  for (const text of [secret, rotated.secret]) {
    expect(text).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(items).not.toContain(text.slice(6))
    expect(JSON.stringify(await readEndpoint(runs.world, org, endpoint.id))).not.toContain(text)
  }
})

test('over the guarded way out: a stub is told, a redirect is not followed', async () => {
  const stub = await openStub(({ path }) =>
    path === '/in' ? { status: 200, body: {} } : { status: 307, body: {} },
  )
  const world = { ...runs.world, outbound: makeOutbound({ allow: [stub.host] }) }
  const { settings } = runs.world
  const open = { ...world, settings: { ...settings, outboundAllow: [stub.host] } }
  const { endpoint, secret } = await createEndpoint(open, runs.who, { url: `${stub.url}/in`, events: ['*'] })
  await testEndpoint(open, runs.who, endpoint.id)
  await deliverFresh(open, await come(1))
  await stub.close()

  const [hit] = stub.hits
  vi.useFakeTimers({ toFake: ['Date'], now: runs.clock.now() })
  expect(new Webhook(secret).verify(hit?.body ?? '', hit?.headers as Record<string, string>)).toMatchObject({
    type: 'webhook.test',
  })
})
