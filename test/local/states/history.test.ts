import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Engine, openEngine, settle } from './open-engine.ts'
import { end, eventNames, pass, read, type States, start, task } from './run-machine.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine({ functions: { echo: (payload) => payload } })
})
afterAll(() => engine.states.close())

const histories: [string, States, string[]][] = [
  ['a Pass', { a: pass(end) }, ['PassStateEntered', 'PassStateExited']],
  [
    'a Task',
    { a: task('echo', {}, end) },
    ['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
  ],
  [
    'a Choice',
    {
      a: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'b' }], Default: 'b' },
      b: { Type: 'Succeed' },
    },
    ['ChoiceStateEntered', 'ChoiceStateExited', 'SucceedStateEntered', 'SucceedStateExited'],
  ],
  ['a Wait', { a: { Type: 'Wait', Seconds: 0, ...end } }, ['WaitStateEntered', 'WaitStateExited']],
  [
    'a Map',
    { m: { Type: 'Map', Items: [1], ItemProcessor: { StartAt: 'x', States: { x: pass(end) } }, ...end } },
    [
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'PassStateEntered',
      'PassStateExited',
      'MapIterationSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
    ],
  ],
  [
    'a Parallel',
    { p: { Type: 'Parallel', Branches: [{ StartAt: 'x', States: { x: pass(end) } }], ...end } },
    [
      'ParallelStateEntered',
      'ParallelStateStarted',
      'PassStateEntered',
      'PassStateExited',
      'ParallelStateSucceeded',
      'ParallelStateExited',
    ],
  ],
]

test.each(histories)('the history of %s has AWS’s events', async (_, states, events) => {
  const executionArn = await start(engine, { States: states })

  expect(await eventNames(engine, executionArn)).toEqual([
    'ExecutionStarted',
    ...events,
    'ExecutionSucceeded',
  ])
})

test('the history of a failure tells of the evaluation and of the end', async () => {
  const evaluation = await start(engine, { States: { a: pass({ Output: '{% $states.input.x %}', ...end }) } })
  const fail = await start(engine, { States: { a: { Type: 'Fail', Error: 'E' } } })

  expect(await eventNames(engine, evaluation)).toEqual([
    'ExecutionStarted',
    'PassStateEntered',
    'EvaluationFailed',
    'ExecutionFailed',
  ])
  expect(await eventNames(engine, fail)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed'])
})

test('times of entry grow strictly and drop a zero fraction', async () => {
  const entered = '{% $states.context.State.EnteredTime %}'
  const executionArn = await start(engine, {
    States: {
      a: pass({ Assign: { a: entered }, Next: 'b' }),
      b: pass({ Assign: { b: entered }, Next: 'c' }),
      c: pass({ Output: ['{% $a %}', '{% $b %}', entered], ...end }),
    },
  })

  const { output } = await read(engine, executionArn)
  expect(output).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.002Z'])
})

test('an execution ends at 25,000 events', async () => {
  const looping = await start(engine, { States: { a: pass({ Next: 'b' }), b: pass({ Next: 'a' }) } })
  await settle(2000)

  const { client } = engine
  const { events } = await client.send(
    new GetExecutionHistoryCommand({ executionArn: looping, reverseOrder: true, maxResults: 1 }),
  )
  expect(await read(engine, looping)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
  expect((await read(engine, looping)).cause).toContain('maximum number of history events (25000)')
  expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }])
})
