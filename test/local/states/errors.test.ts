import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Engine, openEngine } from './open-engine.ts'
import { end, pass, run, type States, task } from './run-machine.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine.states.close())

const failures: [string, States, { error: string; cause?: string | RegExp }][] = [
  [
    'a Fail state fails with its error and cause',
    { a: { Type: 'Fail', Error: '{% "My" & "Error" %}', Cause: 'because' } },
    { error: 'MyError', cause: 'because' },
  ],
  [
    'an expression that gives nothing fails the execution',
    { a: pass({ Output: '{% $states.input.absent %}', ...end }) },
    {
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'a' (entered at the event id #2). The JSONata expression '$states.input.absent' specified for the field 'Output' returned nothing (undefined).",
    },
  ],
  [
    'an expression that throws fails the execution',
    { a: pass({ Assign: { x: { y: '{% 1 + "a" %}' } }, ...end }) },
    { error: 'States.QueryEvaluationError', cause: /field 'Assign\/x\/y' threw an error. T2002/ },
  ],
  [
    'a variable that is not assigned cannot be read',
    {
      c: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $exists($x) %}', Next: 'a' }],
        Default: 'a',
      },
      a: pass({ Assign: { x: 1 }, ...end }),
    },
    { error: 'States.QueryEvaluationError', cause: /reads \$x, which is not assigned/ },
  ],
  [
    'a condition must be a boolean',
    { a: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'b' }], Default: 'b' }, b: pass(end) },
    { error: 'States.QueryEvaluationError', cause: /Choices\[0\]\/Condition/ },
  ],
  [
    'a Choice without Default and without a rule that holds fails',
    { a: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'b' }] }, b: pass(end) },
    { error: 'States.NoChoiceMatched' },
  ],
  [
    'a Wait must be given whole seconds',
    { a: { Type: 'Wait', Seconds: '{% 1.5 %}', ...end } },
    { error: 'States.QueryEvaluationError', cause: /Seconds/ },
  ],
  [
    'a Wait must be given a time with its zone',
    { a: { Type: 'Wait', Timestamp: '{% "tomorrow" %}', ...end } },
    { error: 'States.QueryEvaluationError', cause: /Timestamp/ },
  ],
  [
    'the items of a Map must be a list',
    {
      m: {
        Type: 'Map',
        Items: '{% "no" %}',
        ItemProcessor: { StartAt: 'x', States: { x: pass(end) } },
        ...end,
      },
    },
    { error: 'States.QueryEvaluationError', cause: /Items/ },
  ],
  [
    'a function that is not there is an error of the service',
    { a: task('nobody', {}, end) },
    { error: 'Lambda.ResourceNotFoundException', cause: /Function not found: nobody/ },
  ],
  [
    'an output over 256 KiB is too large',
    { a: pass({ Output: '{% $join([1..60000].$string($), "----") %}', ...end }) },
    { error: 'States.DataLimitExceeded' },
  ],
  [
    'a variable over 256 KiB is too large',
    { a: pass({ Assign: { x: '{% $join([1..60000].$string($), "----") %}' }, ...end }) },
    { error: 'States.DataLimitExceeded' },
  ],
]

describe('a failing machine', () => {
  test.each(failures)('%s', async (_, states, { error, cause }) => {
    const ran = await run(engine, { States: states })

    expect(ran).toMatchObject({ status: 'FAILED', error })
    if (cause !== undefined) expect(ran.cause).toMatch(cause)
  })
})

test('variables of an execution are 10 MiB at most', async () => {
  const states: States = {}
  for (let index = 0; index < 45; index++)
    states[`s${index}`] = pass({
      Assign: { [`v${index}`]: '{% $states.input %}' },
      ...(index < 44 ? { Next: `s${index + 1}` } : end),
    })

  const ran = await run(engine, { States: states }, 'x'.repeat(250_000))

  expect(ran).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
  expect(ran.cause).toContain('s41')
})
