import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { adding, asking, failing, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
const runs = {} as Record<
  'completed' | 'waiting' | 'failed' | 'running' | 'cancelled' | 'mixed' | 'timed_out',
  string
>
let mixedFlow: string

/** A call, native steps, a question with two ways on. */
const mixed: JsonObject = {
  metadata: { name: 'Mixed' },
  inputs: [
    { name: 'pin', type: 'password' },
    { name: 'n', type: 'integer' },
  ],
  nodes: {
    fetch: {
      type: 'http',
      params: { url: 'https://crm.example.com/' },
      output: 'customer',
      next: 'double',
    },
    double: { type: 'transform', params: { value: '{{inputs.n * 2}}' }, next: 'big' },
    big: {
      type: 'transform',
      params: { value: "{{$join($map([1..900], function($x) { 'abc' }))}}" },
      next: 'ask',
    },
    ask: {
      type: 'approval',
      params: { message: 'Go?', onTimeout: 'fail' },
      next: { default: 'end', reject: 'no' },
    },
    end: { type: 'final', params: { output: { twice: '{{double}}' } } },
    no: { type: 'fail', params: { code: 'NO', message: 'No' } },
  },
}

beforeAll(async () => {
  faces = await openFaces({
    outbound: async () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"score": 7}',
      durationMs: 1,
    }),
  })
  as = faces.acme.token.user
  const run = async (definition: JsonObject, body: unknown, query = '') => {
    const flow = await faces.flow(definition)
    if (definition === mixed) mixedFlow = flow
    const { headers } = await faces.send('POST', `/v1/client/flow/${flow}/execute${query}`, { as, body })
    return headers['sluice-run-id']!
  }
  runs.completed = await run(adding, { customerId: 'cus_123' })
  runs.waiting = await run(asking, { customerId: 'cus_123' })
  runs.failed = await run(failing, {})
  runs.running = await run(resting, {}, '?wait=0')
  runs.cancelled = await run(asking, {})
  await faces.send('POST', `/v1/flowrun/cancel/${runs.cancelled}`, { as, body: { reason: 'Not needed' } })
  runs.timed_out = await run(
    { ...resting, settings: { timeoutSeconds: 1, durability: 'standard' } },
    {},
    '?wait=3',
  )
  runs.mixed = await run(mixed, { n: 21, pin: 'canary-77' })
})
afterAll(() => faces.close())

const get = async (view: string, run: string, query = '') =>
  (await faces.send('GET', `/v1/flowrun/${view}/${run}${query}`, { as })).body

const views = [
  'details',
  'detailed',
  'summary',
  'minimal-details',
  'poll',
  'inputs',
  'outputs',
  'errorDetails',
  'steps',
  'context',
  'credit-details',
]
const states = ['running', 'waiting', 'completed', 'failed', 'cancelled', 'timed_out'] as const

describe.each(states)('of a run that is %s', (state) => {
  test.each(views)('%s tells what there is', async (view) => {
    const body = await get(view, runs[state])

    if ('status' in body) expect(body.status).toBe(state)
    if (view === 'errorDetails')
      expect(body.error?.code).toBe(
        { failed: 'CRM_DOWN', cancelled: 'cancelled', timed_out: 'run_timed_out' }[state as 'failed'],
      )
    if (view === 'outputs') expect(body.outputs === null).toBe(state !== 'completed')
    if (view === 'credit-details') expect(body.total).toBeGreaterThan(0)
    if (view === 'details') expect(body.credits).toBe((await get('credit-details', runs[state])).total)
  })
})

test('a summary counts the steps and shows the beginning of the output', async () => {
  expect(await get('summary', runs.completed)).toMatchObject({
    stepCount: 1,
    completedSteps: 1,
    failedStep: null,
    outputPreview: '{"summary":"Renewal risk is low","score":82}',
  })
  expect(await get('summary', runs.failed)).toMatchObject({
    failedStep: { stepId: 'no', type: 'fail' },
    outputPreview: null,
  })
})

test('detailed has what each step took and gave, and the context', async () => {
  const { steps, context } = await get('detailed', runs.mixed)

  expect(steps.map(({ stepId, source }: JsonObject) => [stepId, source])).toEqual([
    ['fetch', 'record'],
    ['double', 'trace'],
    ['big', 'trace'],
    ['ask', 'record'],
  ])
  expect(steps[0].output).toMatchObject({ status_code: 200, body: { score: 7 } })
  expect(steps[1].output).toBe(42)
  expect(context.double).toBe(42)
})

test('the context is what an expression could read by now; large native values are named, sealed ones hidden', async () => {
  const { context, unrecorded } = await get('context', runs.mixed)

  expect(context).toMatchObject({
    inputs: { n: 21, pin: '•••' },
    customer: { body: { score: 7 } },
    double: 42,
    last: 42,
    step: { id: 'ask' },
    approval: null,
    trigger: { type: 'api' },
    flow: { id: mixedFlow, version: 1 },
    lastError: null,
  })
  expect(unrecorded).toEqual(['big'])
  expect(JSON.stringify(context)).not.toContain('canary')
})

describe('credits are what the run has used, by the one price table', () => {
  test('a run with a call, native steps and a question, to the last state', async () => {
    await faces.send('POST', `/v1/flowrun/resume/${runs.mixed}`, { as, body: { decision: 'approve' } })
    const { table, total, items } = await get('credit-details', runs.mixed)

    expect(table).toBe('2026-03')
    expect(items).toEqual([
      { stepId: 'fetch', type: 'http.request', units: 1, unit: 'function-call', credits: 0.05 },
      { stepId: 'ask', type: 'approval', units: 1, unit: 'wait', credits: 1.1 },
      // init, five steps, the way on from the question, finish.
      { stepId: null, type: null, units: 8, unit: 'transition', credits: 20 },
      { stepId: null, type: null, units: 36, unit: 'write', credits: 2.25 },
    ])
    expect(total).toBe(23.4)
  })

  test('the states counted are those that the engine entered', async () => {
    const { GetExecutionHistoryCommand } = await import('@aws-sdk/client-sfn')
    const { getRun } = await import('../../../shared/store/runs.ts')
    const { executionArn } = await import('../../../shared/core/cancel.ts')
    const row = await getRun(faces.world, faces.acme.orgId, runs.mixed)
    const { events = [] } = await faces.world.states.send(
      new GetExecutionHistoryCommand({ executionArn: executionArn(row!), maxResults: 1000 }),
    )
    const entered = events.filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails).length
    const { items } = await get('credit-details', runs.mixed)

    const transitions = items.find(({ unit }: JsonObject) => unit === 'transition').units
    expect(transitions).toBe(entered)
  })

  test('an express run is counted by its time', async () => {
    const { items } = await get('credit-details', runs.completed)

    expect(items.map(({ unit }: JsonObject) => unit)).toEqual(['express-run', 'express-100ms', 'write'])
  })
})

describe('overview', () => {
  test('counts the runs of a flow by how they stand, their time, and what they used', async () => {
    const body = await get('overview', mixedFlow)

    expect(body).toMatchObject({
      appId: mixedFlow,
      total: 1,
      byStatus: { completed: 1, failed: 0 },
      successRate: 1,
      credits: (await get('credit-details', runs.mixed)).total,
      daily: [{ total: 1, completed: 1, failed: 0 }],
    })
    expect(body.avgDurationMs).toBe(body.p95DurationMs)
  })

  test('of a time without runs is empty, and a span over 90 days is refused', async () => {
    const empty = await get('overview', mixedFlow, '?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z')
    const { error } = await get('overview', mixedFlow, '?from=2020-01-01T00:00:00Z')

    expect(empty).toMatchObject({
      total: 0,
      successRate: null,
      avgDurationMs: null,
      lastRunAt: null,
      credits: 0,
    })
    expect(error).toMatchObject({ code: 'invalid_request', details: { issues: [{ path: '?from' }] } })
  })
})
