import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { sweep } from '../../shared/core/reconcile.ts'
import type { RunView } from '../../shared/core/run-view.ts'
import { cancelRun } from '../../shared/core/runs.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { getRun } from '../../shared/store/runs.ts'
import { listSlots } from '../../shared/store/slots.ts'
import type { JsonObject } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from './engine-fixture.ts'
import { openRunsWorld, org, passTime, toolAnswer } from './runs-fixture.ts'

let engine: EngineWorld
beforeAll(async () => {
  engine = await openEngineWorld()
})
afterAll(() => engine.close())

const asking = (concurrency: JsonObject, key = '{{inputs.customer}}') => ({
  metadata: { name: 'one at a time' },
  settings: { concurrency: { key, ...concurrency } },
  nodes: { ask: { type: 'client-tool', params: { toolName: 'tool' } } },
})
const order = { customer: 'c1' }
const isAsking = ({ openWaits }: RunView) => openWaits > 0
const start = (flowId: string, inputs: JsonObject = order) => engine.start(flowId, { inputs, waitSeconds: 0 })
const answer = async (run: RunView) => {
  await engine.until(run.id, isAsking)
  const done = { runId: run.id, answer: toolAnswer('done') }
  await answerWait(engine.world, engine.who, done, 0)
}
/** Runs on places, whatever the key. */
async function placed(run: RunView): Promise<string[]> {
  const key = (await getRun(engine.world, org, run.id))?.slotKey ?? ''
  return (await listSlots(engine.world, { orgId: org, key })).map(({ runId }) => runId)
}

describe('whenFull: queue', () => {
  test('the next run begins when the one before has ended, in the order of their coming', async () => {
    const flow = await engine.publish(asking({}))
    const [first, second, third] = [await start(flow), await start(flow), await start(flow)]

    expect([second.status, third.status]).toEqual(['queued', 'queued'])
    await answer(first)
    await engine.until(second.id, isAsking)
    expect((await readRun(engine.world, org, third.id)).status).toBe('queued')
    expect(await placed(third)).toEqual([second.id])

    await answer(second)
    await answer(third)
    expect((await engine.ended(third.id)).status).toBe('completed')
    await expect.poll(() => placed(third)).toEqual([])
  })

  test('runs of other keys, and of none, do not wait', async () => {
    const flow = await engine.publish(asking({}))
    const runs = [await start(flow), await start(flow, { customer: 'c2' }), await start(flow, {})]

    for (const run of runs) await engine.until(run.id, isAsking)
    expect((await start(flow, {})).status).toBe('queued')
  })

  test('a cancelled run gives its place to the next that was not cancelled meanwhile', async () => {
    const flow = await engine.publish(asking({}))
    const [first, second, third] = [await start(flow), await start(flow), await start(flow)]
    await cancelRun(engine.world, { orgId: org }, second.id)
    await cancelRun(engine.world, { orgId: org }, first.id)

    await engine.until(third.id, isAsking)
    expect((await readRun(engine.world, org, second.id)).status).toBe('cancelled')
  })

  test('of 24 that come at once never more than the limit are open, and all get their turn', async () => {
    const flow = await engine.publish({
      ...asking({ limit: 3 }),
      nodes: { wait: { type: 'delay', params: { seconds: 0 } } },
    })
    const runs = await Promise.all(Array.from({ length: 24 }, () => start(flow)))
    const ended = await Promise.all(runs.map(({ id }) => engine.ended(id)))

    expect(ended.map(({ status }) => status)).toEqual(runs.map(() => 'completed'))
    expect(mostAtOnce(ended)).toBeLessThanOrEqual(3)
    await expect.poll(() => placed(runs[0]!)).toEqual([])
  })
})

/** Most runs that were between their start and end at one moment. */
function mostAtOnce(runs: RunView[]): number {
  const moments = runs.flatMap(({ startedAt, finishedAt }) => [
    { at: startedAt ?? '', by: 1 },
    { at: finishedAt ?? '', by: -1 },
  ])
  moments.sort((a, b) => (a.at === b.at ? a.by - b.by : a.at < b.at ? -1 : 1))
  let open = 0
  return Math.max(...moments.map(({ by }) => (open += by)))
}

test('whenFull: reject refuses the next, and takes one more when it has ended', async () => {
  const flow = await engine.publish(asking({ limit: 2, whenFull: 'reject' }, 'all'))
  const [first] = [await start(flow), await start(flow)]

  await expect(start(flow)).rejects.toMatchObject({ code: 'concurrency_limit', details: { limit: 2 } })
  await answer(first)
  await engine.ended(first.id)
  expect((await start(flow)).status).not.toBe('queued')
})

test('whenFull: cancel-previous ends the oldest for the newest', async () => {
  const flow = await engine.publish(asking({ limit: 2, whenFull: 'cancel-previous' }))
  const [first, second, third] = [await start(flow), await start(flow), await start(flow)]

  expect(await engine.ended(first.id)).toMatchObject({
    status: 'cancelled',
    error: { message: `The run ${third.id} took its place` },
  })
  await engine.until(third.id, isAsking)
  await engine.until(second.id, isAsking)
  expect((await placed(third)).sort()).toEqual([second.id, third.id].sort())
})

test('an equal start with the same idempotency key is the same run, held or not', async () => {
  const flow = await engine.publish(asking({}))
  await start(flow)
  const idempotency = { id: 'once', bodyHash: 'a' }
  const send = () =>
    startRun(engine.world, engine.who, {
      flowId: flow,
      inputs: order,
      trigger: { type: 'api' },
      waitSeconds: 0,
      idempotency,
    })

  const [one, two] = await Promise.all([send(), send()])
  expect(one.run.id).toBe(two.run.id)
  expect([one.replayed, two.replayed].sort()).toEqual([false, true])
})

describe('what nobody heard of', () => {
  test('a place whose run has ended unheard is taken by the next start', async () => {
    const runs = await openRunsWorld()
    const flow = await runs.publish(asking({ whenFull: 'reject' }))
    const run = await runs.begin(flow, order)
    await cancelRun(runs.world, { orgId: org }, run.id)

    expect((await runs.begin(flow, order)).status).toBe('running')
    await expect(runs.begin(flow, order)).rejects.toMatchObject({ code: 'concurrency_limit' })
    await runs.close()
  })

  test('a held run whose turn was missed is begun by the sweep, and given up when its time is over', async () => {
    const runs = await openRunsWorld()
    const flow = await runs.publish({
      ...asking({}),
      settings: { ...asking({}).settings, waitTimeoutSeconds: 600 },
    })
    const beginNext = async () => {
      await runs.clock.advance(1)
      return await runs.begin(flow, order)
    }
    const [first, second, third] = [await beginNext(), await beginNext(), await beginNext()]
    await cancelRun(runs.world, { orgId: org }, first.id)
    await runs.clock.advance(61_000)
    await passTime(runs.clock, sweep(runs.world))

    expect((await readRun(runs.world, org, second.id)).status).toBe('running')
    expect((await readRun(runs.world, org, third.id)).status).toBe('queued')
    await runs.clock.advance(600_000)
    expect(await passTime(runs.clock, sweep(runs.world))).toMatchObject({ expired: 1 })
    expect(await readRun(runs.world, org, third.id)).toMatchObject({
      status: 'timed_out',
      error: { code: 'run_timed_out' },
    })
    await runs.close()
  })
})

describe('the key', () => {
  const problemsOf = async (key: string) =>
    await engine.publish({ ...asking({}, key), inputs: [{ name: 'pin', type: 'password' }] }).then(
      () => [],
      (error) => error.details.issues,
    )

  test.each([
    ['{{ $map([1..9], function($x) { $x }) }}', 'key_not_simple'],
    ['{{inputs.pin}}', 'sealed_in_key'],
    ['a {{pin}}', 'sealed_in_key'],
    ['{{secrets.A}}', 'secret_misplaced'],
  ])('%s is refused: %s', async (key, code) => {
    expect(await problemsOf(key)).toMatchObject([{ code, path: '/settings/concurrency/key' }])
  })
})
