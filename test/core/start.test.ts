import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { awaitRun } from '../../shared/core/await-run.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { nameRequest } from '../../shared/core/requests.ts'
import type { StartOrder } from '../../shared/core/start.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { getRun } from '../../shared/store/runs.ts'
import type { JsonObject } from '../../shared/world.ts'
import { withFaults } from '../faults/inject.ts'
import { adding, asking, endOf, openRunsWorld, org, passTime, type RunsWorld } from './runs-fixture.ts'

let runs: RunsWorld
let quick: string
let slow: string

beforeAll(async () => {
  runs = await openRunsWorld()
  quick = await runs.publish(adding)
  slow = await runs.publish(asking)
})
beforeEach(() => {
  runs.engine.before = () => undefined
  runs.engine.begun = () => {}
  runs.engine.runSync = async () => ({ status: 'SUCCEEDED', output: '2' })
})
afterAll(() => runs.close())

function order(flowId: string, more: Partial<StartOrder> = {}): StartOrder {
  return { flowId, inputs: {}, trigger: { type: 'api' }, waitSeconds: 0, ...more }
}

const start = (flowId: string, more: Partial<StartOrder> = {}) =>
  startRun(runs.world, runs.who, order(flowId, more))

describe('which machine', () => {
  test('a caller who waits is served by an Express machine, without another read', async () => {
    const { world, calls } = withFaults(runs.world, () => null)

    const { run } = await startRun(world, runs.who, order(quick, { waitSeconds: 25 }))

    expect(run).toMatchObject({ status: 'completed', output: 2, version: 1, waits: [] })
    expect(calls.slice(calls.indexOf('PutItem'))).not.toContain('GetItem')
    expect(calls.filter((name) => /^(Put|StartSync|Transact)/.test(name))).toEqual([
      'Put',
      'StartSyncExecution',
    ])
  })

  test('nobody waits: the Standard machine, named by the run, and the run is running', async () => {
    const { run } = await start(quick)

    expect(run.status).toBe('running')
    expect(runs.engine.executions.get(run.id)).toMatchObject({
      input: {
        run: { id: run.id, orgId: org, flowId: quick, version: 1, depth: 0, startedAt: run.createdAt },
        inputs: {},
        trigger: { type: 'api', data: null },
        user: { id: 'ann', email: 'ann@example.com', role: 'admin' },
      },
    })
  })

  test('a flow that can wait is answered as soon as it asks', async () => {
    const begun = Promise.withResolvers<string>()
    runs.engine.begun = ({ name }) => begun.resolve(name)
    const starting = start(slow, { waitSeconds: 25 })
    const name = await passTime(runs.clock, begun.promise)
    await runs.ask(await readRun(runs.world, org, name))

    const { run } = await passTime(runs.clock, starting)
    expect(run).toMatchObject({ status: 'waiting', openWaits: 1 })
    expect(run.waits[0]).toMatchObject({
      stepId: 'ask',
      kind: 'client-tool',
      status: 'open',
      onTimeout: 'fail',
    })
  })
})

describe('M6 an Express run inside the call', () => {
  test('that outlives the window is told as running, and goes on', async () => {
    const ended = Promise.withResolvers<object>()
    runs.engine.runSync = () => ended.promise

    const { run } = await passTime(runs.clock, start(quick, { waitSeconds: 25 }), 1000)

    expect(run.status).toBe('running')
    ended.resolve({ status: 'SUCCEEDED', output: '2' })
    await endRun(runs.world, endOf(runs.world, run, { output: 2 }))
    expect((await readRun(runs.world, org, run.id)).output).toBe(2)
  })

  test('that failed in its last state is told as recorded', async () => {
    runs.engine.runSync = async ({ name }) => {
      const run = await readRun(runs.world, org, name)
      const error = { stepId: 'sum', error: 'CRM_DOWN', cause: 'Down' }
      await endRun(runs.world, endOf(runs.world, run, { outcome: 'failed', error }))
      return { status: 'FAILED', error: 'CRM_DOWN' }
    }

    const { run } = await start(quick, { waitSeconds: 25 })

    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'CRM_DOWN', message: 'Down', stepId: 'sum' },
    })
  })

  test('that the engine ended by itself is settled from its reply', async () => {
    runs.engine.runSync = async () => ({ status: 'TIMED_OUT', error: 'States.Timeout' })
    const { run } = await start(quick, { waitSeconds: 25 })
    expect(run).toMatchObject({ status: 'timed_out', error: { code: 'run_timed_out' } })
    expect((await readRun(runs.world, org, run.id)).status).toBe('timed_out')

    runs.engine.runSync = async () => ({ status: 'FAILED', error: 'States.Runtime' })
    const broken = await start(quick, { waitSeconds: 25 })
    expect(broken.run).toMatchObject({ status: 'failed', error: { code: 'engine_error' } })
  })

  test('that is refused for load starts on the Standard machine instead', async () => {
    runs.engine.before = (operation) =>
      operation === 'StartSyncExecution' ? 'ThrottlingException' : undefined

    const { run } = await passTime(runs.clock, start(quick, { waitSeconds: 5 }))

    expect(run.status).toBe('running')
    expect((await getRun(runs.world, org, run.id))?.engine).toBe('standard')
    expect(runs.engine.executions.has(run.id)).toBe(true)
  })
})

describe('what is refused', () => {
  const needy: JsonObject = {
    metadata: { name: 'Needy' },
    triggers: [{ type: 'form' }],
    inputs: [
      { name: 'topic', type: 'text', required: true },
      { name: 'count', type: 'integer', required: true },
      { name: 'pin', type: 'password' },
      { name: 'kind', type: 'text', default: 'usual' },
    ],
    nodes: { sum: { type: 'transform', params: { value: '{{topic}}' } } },
  }

  test('every problem of the inputs at once', async () => {
    const flowId = await runs.publish(needy)

    await expect(start(flowId, { inputs: { count: 'x' } })).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [{ path: '/topic', code: 'required' }, { path: '/count' }] },
    })
  })

  test('a trigger that the flow does not have', async () => {
    const flowId = await runs.publish(needy)

    await expect(start(flowId, { requireTrigger: 'api' })).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'trigger_not_enabled' },
    })
  })

  test('inputs over 192 KiB', async () => {
    const inputs = { text: 'x'.repeat(192 * 1024) }

    await expect(start(quick, { inputs })).rejects.toMatchObject({ code: 'payload_too_large' })
  })

  test('a flow of another organisation', async () => {
    const stranger = { ...runs.who, orgId: 'other' }

    await expect(startRun(runs.world, stranger, order(quick))).rejects.toMatchObject({ code: 'not_found' })
  })

  test('passwords are sealed before the engine or a record sees them; defaults are applied', async () => {
    const flowId = await runs.publish(needy)

    const { run } = await start(flowId, { inputs: { topic: 't', count: 1, pin: 'hunter22', extra: 1 } })

    expect(run.inputs).toEqual({ topic: 't', count: 1, pin: '•••', kind: 'usual' })
    const { inputs } = runs.engine.executions.get(run.id)!.input as { inputs: Record<string, string> }
    expect(inputs.pin).toMatch(/^eyJ[^.]+\.\.[^.]+\.[^.]+\.[^.]+$/)
    expect(JSON.stringify(await getRun(runs.world, org, run.id))).not.toContain('hunter22')
  })
})

test('inputs over 8 KB lie apart and are read when they are asked for', async () => {
  const inputs = { text: 'x'.repeat(20_000) }

  const { run } = await start(quick, { inputs })

  expect((await getRun(runs.world, org, run.id))?.inputs).toBeUndefined()
  expect((await readRun(runs.world, org, run.id, { parts: ['inputs'] })).inputs).toEqual(inputs)
})

describe('repeating a start', () => {
  const key = (text: string, body: unknown = {}) =>
    nameRequest({ who: 'user:ann', method: 'POST', path: '/x', key: text }, { body, query: {} })

  test('F1 one key 50 times at once makes one run; all get it', async () => {
    const before = runs.engine.executions.size

    const starts = await Promise.all(
      Array.from({ length: 50 }, () => start(quick, { idempotency: key('k1') })),
    )

    expect(new Set(starts.map(({ run }) => run.id)).size).toBe(1)
    expect(starts.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(runs.engine.executions.size).toBe(before + 1)
  })

  test('F2 the same key with another body is refused', async () => {
    await start(quick, { idempotency: key('k2') })

    await expect(start(quick, { idempotency: key('k2', { other: 1 }) })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    })
  })

  test('F3 a start that was refused leaves its key unspent', async () => {
    const tooMuch = { text: 'x'.repeat(192 * 1024) }
    await expect(start(quick, { idempotency: key('k3'), inputs: tooMuch })).rejects.toThrow()

    expect((await start(quick, { idempotency: key('k3') })).replayed).toBe(false)
  })
})

test('F7 an execution that exists already is this run', async () => {
  const lost = withFaults(runs.world, (name, number) =>
    name === 'StartExecution' && number < 100
      ? { when: 'after', error: () => Object.assign(new Error('lost'), { name: 'TimeoutError' }) }
      : null,
  )
  const { run } = await startRun(lost.world, runs.who, order(quick))
  expect(run.status).toBe('queued')

  expect(runs.engine.executions.get(run.id)?.status).toBe('RUNNING')
})

test('a run that the engine does not take stays queued, and its caller is told so', async () => {
  runs.engine.before = (operation) => (operation === 'StartExecution' ? 'ThrottlingException' : undefined)

  const { run } = await passTime(runs.clock, start(quick))

  expect(run.status).toBe('queued')
})

describe('waiting for a run', () => {
  test('returns as soon as it has moved past what the caller saw, or when the time is over', async () => {
    const { run } = await start(slow)

    const moved = awaitRun(runs.world, org, run.id, { sinceRev: run.rev, waitSeconds: 20 })
    await runs.clock.advance(1000)
    await runs.ask(run)
    expect((await passTime(runs.clock, moved)).status).toBe('waiting')

    const late = awaitRun(runs.world, org, run.id, { sinceRev: (await moved).rev, waitSeconds: 2 })
    expect((await passTime(runs.clock, late)).rev).toBe((await moved).rev)
  })

  test('an unknown run does not exist', async () => {
    await expect(readRun(runs.world, org, 'nope')).rejects.toMatchObject({ code: 'not_found' })
  })
})
