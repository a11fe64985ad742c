import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { sweep } from '../../shared/core/reconcile.ts'
import { cancelRun } from '../../shared/core/runs.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { doWork } from '../../shared/core/work.ts'
import { listWaits } from '../../shared/store/waits.ts'
import { sdkError, withFaults } from '../faults/inject.ts'
import {
  adding,
  asking,
  openRunsWorld,
  org,
  passTime,
  type RunsWorld,
  toolAnswer,
  workOf,
} from './runs-fixture.ts'

let runs: RunsWorld
let slow: string
let quick: string
const minute = 60_000

beforeEach(async () => {
  await runs?.close()
  runs = await openRunsWorld()
  slow = await runs.publish(asking)
  quick = await runs.publish(adding)
})
afterAll(() => runs.close())

const read = (id: string) => readRun(runs.world, org, id)
const swept = () => passTime(runs.clock, sweep(runs.world))
const lost = () => sdkError('TimeoutError', 500)

async function waiting() {
  const run = await runs.begin(slow)
  return { run, token: await runs.ask(run) }
}

test('a sweep of nothing does nothing', async () => {
  await waiting()

  expect(await swept()).toEqual({})
})

describe('E6 a claimed answer', () => {
  const answer = { toolResult: { success: true, output: { by: 'ann' } } }

  test.each([
    ['before it was sent', 'before'],
    ['after it was sent', 'after'],
  ] as const)('whose process died %s is told once, the same, and recorded', async (_when, when) => {
    const { run, token } = await waiting()
    const dying = withFaults(runs.world, (name) =>
      name === 'SendTaskSuccess' ? { when, error: lost } : null,
    )
    await expect(answerWait(dying.world, runs.who, { runId: run.id, answer }, 0)).rejects.toMatchObject({
      code: 'unavailable',
    })
    const [claimed] = await listWaits(runs.world, org, run.id)
    expect(claimed?.status).toBe('claimed')

    await runs.clock.advance(31_000)
    expect(await swept()).toEqual({ delivered: 1 })

    expect(runs.engine.told).toEqual([{ token, output: { by: 'ann' } }])
    const [wait] = await listWaits(runs.world, org, run.id)
    expect(wait).toMatchObject({ status: 'answered', answeredBy: 'user:ann' })
    expect((await read(run.id)).openWaits).toBe(0)
    expect(await swept()).toEqual({})
  })

  test('E7 is replayed to a client who asks again, without a second telling', async () => {
    const { run } = await waiting()
    const dying = withFaults(runs.world, (name) =>
      name === 'TransactWrite' ? { when: 'before', error: lost } : null,
    )
    const first = await answerWait(dying.world, runs.who, { runId: run.id, answer }, 0)
    expect(first.replayed).toBe(false)

    const asked = answerWait(runs.world, runs.who, { runId: run.id, answer }, 0)
    const again = await passTime(runs.clock, asked)

    expect(again).toMatchObject({ replayed: true, wait: { status: 'answered', outcome: { success: true } } })
    expect(runs.engine.told).toHaveLength(1)
  })

  test('that the engine still refuses is left for the next sweep', async () => {
    const { run } = await waiting()
    const dying = withFaults(runs.world, (name) =>
      name === 'SendTaskSuccess' ? { when: 'before', error: lost } : null,
    )
    await expect(answerWait(dying.world, runs.who, { runId: run.id, answer }, 0)).rejects.toThrow()
    runs.engine.before = (operation) => (operation.startsWith('SendTask') ? 'ThrottlingException' : undefined)
    await runs.clock.advance(31_000)

    expect(await swept()).toMatchObject({ postponed: 1 })
    runs.engine.before = () => undefined
    expect(await swept()).toMatchObject({ delivered: 1 })
  })
})

describe('an open wait', () => {
  test('past its time expires, a minute after the engine should have said so', async () => {
    const run = await runs.begin(slow)
    await runs.ask(run, { timeoutSeconds: 5 })
    runs.engine.executions.get(run.id)!.status = 'RUNNING'

    await runs.clock.advance(6000)
    expect(await swept()).toEqual({})
    await runs.clock.advance(minute)

    expect(await swept()).toMatchObject({ expired: 1 })
    expect((await read(run.id)).openWaits).toBe(0)
  })
})

describe('a queued run', () => {
  test('F7 that the engine did not take is started by the same name', async () => {
    runs.engine.before = (operation) => (operation === 'StartExecution' ? 'ThrottlingException' : undefined)
    const run = await passTime(runs.clock, runs.begin(quick, { a: 1 }))
    expect(run.status).toBe('queued')
    runs.engine.before = () => undefined

    // Due is what was to be looked at before now.
    await runs.clock.advance(minute + 1)
    expect(await swept()).toEqual({ started: 1 })

    expect((await read(run.id)).status).toBe('running')
    expect(runs.engine.executions.get(run.id)?.input).toMatchObject({ run: { id: run.id }, inputs: { a: 1 } })
    expect(await swept()).toEqual({})
  })
})

describe('G4 a running run', () => {
  test.each([
    ['SUCCEEDED', { output: '{"a":1}' }, 'completed'],
    ['FAILED', { error: 'States.Runtime' }, 'failed'],
    ['TIMED_OUT', {}, 'timed_out'],
    ['ABORTED', {}, 'cancelled'],
  ])('whose execution is %s is settled, although nobody told', async (status, more, word) => {
    const run = await runs.begin(quick)
    Object.assign(runs.engine.executions.get(run.id)!, { status, ...more })

    await runs.clock.advance(11 * minute)
    expect(await swept()).toEqual({ settled: 1 })

    expect((await read(run.id)).status).toBe(word)
  })

  test('that is alive is looked at ever less often', async () => {
    const run = await runs.begin(quick)

    await runs.clock.advance(11 * minute)
    expect(await swept()).toEqual({ alive: 1 })
    await runs.clock.advance(9 * minute)
    expect(await swept()).toEqual({})
    await runs.clock.advance(3 * minute)
    expect(await swept()).toEqual({ alive: 1 })

    expect((await read(run.id)).status).toBe('running')
  })

  test('whose execution is unknown starts again if nothing was begun, else it is lost', async () => {
    const fresh = await runs.begin(quick)
    const begun = await runs.begin(quick)
    await doWork(runs.world, workOf(runs.world, begun, { type: 'log', args: { message: 'x' } }))
    runs.engine.executions.clear()

    await runs.clock.advance(11 * minute)
    expect(await swept()).toEqual({ started: 1, lost: 1 })

    expect((await read(fresh.id)).status).toBe('running')
    expect(await read(begun.id)).toMatchObject({ status: 'failed', error: { code: 'engine_lost' } })
  })

  test('of an Express machine that never came back is lost after six minutes', async () => {
    const silent = Promise.withResolvers<object>()
    runs.engine.runSync = () => silent.promise
    const order = { flowId: quick, inputs: {}, trigger: { type: 'api' }, waitSeconds: 25 }
    const { run } = await passTime(runs.clock, startRun(runs.world, runs.who, order), 1000)

    await runs.clock.advance(6 * minute)
    expect(await swept()).toEqual({ lost: 1 })
    silent.resolve({ status: 'SUCCEEDED', output: '1' })

    expect(await read(run.id)).toMatchObject({ status: 'failed', error: { code: 'engine_lost' } })
  })
})

// All of it had to be done before anything else: the function was stopped first, and open runs were no longer counted.
test('more repairs than fit in a minute are left to the next sweep, which the rest does not wait for', async () => {
  const begun = 8
  for (let n = 0; n < begun; n++) await runs.begin(slow)
  await runs.clock.advance(11 * minute)
  const { clock, metrics } = runs.world
  const counted: string[] = []
  const world = {
    ...runs.world,
    // Each question to the engine takes a quarter of a minute.
    clock: { ...clock, sleep: async () => void (await runs.clock.leap(minute / 4)) },
    metrics: { ...metrics, count: (name: string) => void counted.push(name) },
  }

  const first = await sweep(world)
  const second = await sweep(world)

  expect(first).toEqual({ alive: 5 })
  expect(second).toEqual({ alive: begun - 5 })
  expect(counted.filter((name) => name === 'RunsOpen')).toHaveLength(2)
})

test('M10 a cancelled run whose execution was not stopped is stopped', async () => {
  const { run } = await waiting()
  runs.engine.before = (operation) => (operation === 'StopExecution' ? 'ThrottlingException' : undefined)
  await passTime(runs.clock, cancelRun(runs.world, runs.who, run.id))
  expect(runs.engine.stopped).toEqual([])
  runs.engine.before = () => undefined

  await runs.clock.advance(2 * minute)
  expect(await swept()).toEqual({ stopped: 1 })

  expect(runs.engine.stopped).toEqual([run.id])
  expect(await swept()).toEqual({})
  await expect(
    answerWait(runs.world, runs.who, { runId: run.id, answer: toolAnswer(1) }, 0),
  ).rejects.toMatchObject({ code: 'run_finished' })
})
