import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endRun } from '../../shared/core/end-run.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { cancelRun, listSteps } from '../../shared/core/runs.ts'
import { settleExecution } from '../../shared/core/settle.ts'
import { getRun } from '../../shared/store/runs.ts'
import { withFaults } from '../faults/inject.ts'
import { adding, endOf, openRunsWorld, org, type RunsWorld } from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string

beforeAll(async () => {
  runs = await openRunsWorld()
  flowId = await runs.publish(adding)
})
afterAll(() => runs.close())

const read = (id: string) => readRun(runs.world, org, id)

describe('the last state', () => {
  test('records output, end and retention in one write', async () => {
    const run = await runs.begin(flowId)
    await runs.clock.advance(1500)
    const { world, calls } = withFaults(runs.world, () => null)

    await endRun(world, endOf(world, run, { output: { big: 1732253888123456 }, lastStepId: 'sum' }))

    expect(calls).toEqual(['Update'])
    expect(await read(run.id)).toMatchObject({
      status: 'completed',
      output: { big: 1732253888123456 },
      durationMs: 1500,
      error: null,
    })
    const row = await getRun(runs.world, org, run.id)
    expect(row?.ttl).toBe(Math.floor(runs.clock.now() / 1000) + 90 * 86_400)
    expect(row?.gsi2sk).toBeUndefined()
  })

  test('called again, or after a cancel, overwrites nothing', async () => {
    const run = await runs.begin(flowId)
    await endRun(runs.world, endOf(runs.world, run, { output: 1 }))
    await endRun(runs.world, endOf(runs.world, run, { output: 2 }))
    expect((await read(run.id)).output).toBe(1)

    const other = await runs.begin(flowId)
    await cancelRun(runs.world, runs.who, other.id, 'enough')
    await endRun(runs.world, endOf(runs.world, other, { output: 2 }))
    expect(await read(other.id)).toMatchObject({
      status: 'cancelled',
      output: null,
      error: { code: 'cancelled', message: 'enough' },
    })
  })

  test('refuses an output that breaks the declared schema, or is too large, and leaves the run open', async () => {
    const run = await runs.begin(flowId)
    const schema = { type: 'object', required: ['score'], properties: { score: { type: 'number' } } }

    await expect(endRun(runs.world, endOf(runs.world, run, { schema, output: {} }))).rejects.toMatchObject({
      name: 'OutputInvalid',
      stack: '',
    })
    const large = 'x'.repeat(192 * 1024)
    await expect(endRun(runs.world, endOf(runs.world, run, { output: large }))).rejects.toMatchObject({
      name: 'output_too_large',
    })
    await endRun(runs.world, endOf(runs.world, run, { schema, output: { score: 1 } }))

    expect((await read(run.id)).status).toBe('completed')
  })

  test("H13 a pattern in a schema never runs in the service's process", async () => {
    const run = await runs.begin(flowId)
    const schema = { type: 'string', pattern: '^(a+)+$', properties: { pattern: { type: 'string' } } }

    await endRun(runs.world, endOf(runs.world, run, { schema, output: `${'a'.repeat(50)}!` }))

    expect((await read(run.id)).status).toBe('completed')
  })

  test('of a failed run records the step and the cause', async () => {
    const run = await runs.begin(flowId)
    const error = { stepId: 'sum', error: 'CRM_DOWN', cause: 'x'.repeat(5000) }

    await endRun(runs.world, endOf(runs.world, run, { outcome: 'failed', error }))

    const { status, error: recorded } = await read(run.id)
    expect(status).toBe('failed')
    expect(recorded).toMatchObject({ code: 'CRM_DOWN', stepId: 'sum', attempts: 1 })
    expect(recorded?.message).toHaveLength(2000)
  })

  test('brings what native steps left: they become records of the run', async () => {
    const run = await runs.begin(flowId)
    const at = '2026-01-01T00:00:00Z'

    await endRun(runs.world, endOf(runs.world, run, { trace: { sum: at }, seen: { sum: 2 } }))

    expect(await listSteps(runs.world, org, run.id)).toMatchObject([
      { stepId: 'sum', type: 'transform', kind: 'control', source: 'trace', status: 'completed', output: 2 },
    ])
  })
})

describe('an execution that ended some other way', () => {
  const detail = (id: string, status: string, more: object = {}) => ({
    name: id,
    status,
    input: JSON.stringify({ run: { id, orgId: org } }),
    ...more,
  })

  test.each([
    ['TIMED_OUT', {}, 'timed_out', 'run_timed_out'],
    ['FAILED', { error: 'States.Runtime' }, 'failed', 'engine_error'],
    ['FAILED', { error: 'CRM_DOWN', cause: 'down' }, 'failed', 'CRM_DOWN'],
    ['ABORTED', {}, 'cancelled', 'cancelled'],
  ])('G4 %s %o is recorded as %s', async (status, more, word, code) => {
    const run = await runs.begin(flowId)

    await settleExecution(runs.world, detail(run.id, status, more))
    await settleExecution(runs.world, detail(run.id, status, more))

    expect(await read(run.id)).toMatchObject({ status: word, error: { code } })
  })

  // Of a transform whose value was too large the author was told nothing but that the engine could not go on.
  test.each([
    [
      { error: 'States.Runtime', cause: "In the state 'sum': too large" },
      "States.Runtime: In the state 'sum': too large",
    ],
    [{ error: 'States.Runtime' }, 'States.Runtime'],
    [{ cause: 'x'.repeat(3000) }, `${'x'.repeat(1999)}…`],
    [{}, null],
  ])('what the engine says of its failure %# is kept', async (more, cause) => {
    const run = await runs.begin(flowId)

    await settleExecution(runs.world, detail(run.id, 'FAILED', more))

    expect((await read(run.id)).error).toMatchObject({ code: 'engine_error', cause })
  })

  test('G4 a success that nobody recorded brings its output', async () => {
    const run = await runs.begin(flowId)

    await settleExecution(runs.world, detail(run.id, 'SUCCEEDED', { output: '{"a":1}' }))

    expect(await read(run.id)).toMatchObject({ status: 'completed', output: { a: 1 } })
  })

  test('events that come late, or name no run, change nothing', async () => {
    const run = await runs.begin(flowId)
    await endRun(runs.world, endOf(runs.world, run, { output: 1 }))

    await settleExecution(runs.world, detail(run.id, 'TIMED_OUT'))
    await settleExecution(runs.world, detail(run.id, 'RUNNING'))
    await settleExecution(runs.world, { name: 'x', status: 'FAILED', input: '{}' })

    expect((await read(run.id)).status).toBe('completed')
  })
})
