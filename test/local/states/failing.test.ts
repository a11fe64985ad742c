import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { matches } from '../../../infra/local/states/run/state-error.ts'
import { type Engine, openEngine, settle, thrown } from './open-engine.ts'
import { ask, eventNames, read, run, start, task, token } from './run-machine.ts'

let engine: Engine
let failures: (Error | null)[] = []

beforeAll(async () => {
  engine = await openEngine()
  engine.functions.flaky = (payload) => {
    const failure = failures.shift()
    if (failure) throw failure
    return payload
  }
  engine.functions.take = () => null
})
beforeEach(() => {
  engine.calls.length = 0
  failures = []
})
afterAll(() => engine.states.close())

const end = { End: true }
const ok = { Type: 'Pass', End: true }
const retry = (more: object) => ({ ErrorEquals: ['States.ALL'], ...more })

/** Seconds between the calls of a function, as the retrier has spaced them. */
async function pauses(Retry: object[], errors: (Error | null)[], seconds: number): Promise<number[]> {
  failures = errors
  const times: number[] = []
  const { clock } = engine
  engine.functions.timed = (payload) => {
    times.push(clock.now())
    const failure = failures.shift()
    if (failure) throw failure
    return payload
  }
  await start(engine, { States: { a: task('timed', {}, { Retry, ...end }) } })
  for (let second = 0; second < seconds; second++) await clock.advance(1000)
  return times.slice(1).map((time, index) => (time - (times[index] as number)) / 1000)
}

const many = (count: number) => Array.from({ length: count }, () => thrown('Busy'))

describe('Retry', () => {
  test('waits longer each time, by the backoff rate, up to the greatest delay', async () => {
    const spaced = await pauses(
      [retry({ IntervalSeconds: 2, MaxAttempts: 4, BackoffRate: 3, MaxDelaySeconds: 10 })],
      many(4),
      40,
    )

    expect(spaced).toEqual([2, 6, 10, 10])
  })

  test('by default tries three times, after 1, 2 and 4 seconds', async () => {
    expect(await pauses([retry({})], many(9), 20)).toEqual([1, 2, 4])
  })

  test('full jitter waits some part of the delay', async () => {
    const [first = 99] = await pauses([retry({ IntervalSeconds: 4, JitterStrategy: 'FULL' })], many(1), 5)

    expect(first).toBeLessThanOrEqual(4)
  })

  test('each retrier counts for itself, the first that knows the error is asked', async () => {
    failures = [thrown('A'), thrown('B'), thrown('A'), thrown('B')]
    const executionArn = await start(engine, {
      States: {
        a: task(
          'flaky',
          { tries: '{% $states.context.State.RetryCount %}', at: '{% $states.context.State.EnteredTime %}' },
          {
            Retry: [
              { ErrorEquals: ['A'], MaxAttempts: 2 },
              { ErrorEquals: ['B'], MaxAttempts: 1 },
            ],
            ...end,
          },
        ),
      },
    })
    await engine.clock.advance(10_000)

    expect(await read(engine, executionArn)).toMatchObject({ status: 'FAILED', error: 'B' })
    const payloads = engine.calls.map(({ payload }) => payload as { tries: number; at: string })
    expect(payloads.map(({ tries }) => tries)).toEqual([0, 1, 2, 3])
    // The step's key is made of it: a retry is the same visit.
    expect(new Set(payloads.map(({ at }) => at)).size).toBe(1)
  })

  test('MaxAttempts 0 says never', async () => {
    failures = [thrown('RunCancelled')]
    const ran = await run(engine, {
      States: {
        a: task('flaky', 1, {
          Retry: [{ ErrorEquals: ['RunCancelled'], MaxAttempts: 0 }, retry({})],
          ...end,
        }),
      },
    })

    expect(ran).toMatchObject({ status: 'FAILED', error: 'RunCancelled' })
  })

  test('the history tells each try, without entering the state again', async () => {
    failures = [thrown('A')]
    const executionArn = await start(engine, {
      States: { a: task('flaky', 1, { Retry: [retry({})], ...end }) },
    })
    await engine.clock.advance(1000)

    expect(await eventNames(engine, executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
  })

  test('a Map is retried with all its items', async () => {
    failures = [null, thrown('A')]
    const executionArn = await start(engine, {
      States: {
        m: {
          Type: 'Map',
          Items: [1, 2],
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: 'x',
            States: { x: task('flaky', '{% $states.input %}', { Output: 1, ...end }) },
          },
          Retry: [retry({})],
          ...end,
        },
      },
    })
    await engine.clock.advance(1000)

    expect(await read(engine, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: [1, 1] })
    expect(engine.calls.map(({ payload }) => payload)).toEqual([1, 2, 1, 2])
  })
})

describe('Catch', () => {
  test('goes on with the error’s name and the function’s own cause', async () => {
    failures = [thrown('Bad', 'no good')]
    const ran = await run(engine, {
      States: {
        a: task('flaky', 1, {
          Catch: [
            { ErrorEquals: ['Other'], Next: 'ok' },
            {
              ErrorEquals: ['States.ALL'],
              Assign: { e: '{% $states.errorOutput.Error %}' },
              Output: { cause: '{% $states.errorOutput.Cause %}', in: '{% $states.input %}' },
              Next: 'b',
            },
          ],
          ...end,
        }),
        ok,
        b: { Type: 'Pass', Output: ['{% $e %}', '{% $states.input %}'], End: true },
      },
    })

    const cause = '{"errorType":"Bad","errorMessage":"no good","trace":[]}'
    expect(ran).toMatchObject({ status: 'SUCCEEDED', output: ['Bad', { cause, in: {} }] })
  })

  test('without Output puts the error out', async () => {
    failures = [thrown('Bad')]
    const ran = await run(engine, {
      States: { a: task('flaky', 1, { Catch: [{ ErrorEquals: ['Bad'], Next: 'ok' }], ...end }), ok },
    })

    expect(ran.output).toMatchObject({ Error: 'Bad' })
  })

  test('an expression of the Task that fails can be caught, in its arguments and in its output', async () => {
    const caught = { Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Output: 'caught', Next: 'ok' }] }
    const before = await run(engine, {
      States: { a: task('flaky', '{% $states.input.x %}', { ...caught, ...end }), ok },
    })
    const after = await run(engine, {
      States: { a: task('flaky', 1, { Output: '{% $states.input.x %}', ...caught, ...end }), ok },
    })

    expect([before.output, after.output]).toEqual(['caught', 'caught'])
  })

  test('an error within a catcher is not caught by the state', async () => {
    failures = [thrown('Bad')]
    const ran = await run(engine, {
      States: {
        a: task('flaky', 1, {
          Catch: [
            { ErrorEquals: ['Bad'], Output: '{% $states.input.x %}', Next: 'ok' },
            { ErrorEquals: ['States.ALL'], Next: 'ok' },
          ],
          ...end,
        }),
        ok,
      },
    })

    expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' })
  })

  test('a payload that is too large is caught by its own name only', async () => {
    engine.functions.huge = () => 'x'.repeat(262_200)
    const caughtBy = async (name: string) =>
      await run(engine, {
        States: { a: task('huge', 1, { Catch: [{ ErrorEquals: [name], Next: 'ok' }], ...end }), ok },
      })

    expect(await caughtBy('States.ALL')).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    })
    expect(await caughtBy('States.DataLimitExceeded')).toMatchObject({ status: 'SUCCEEDED' })
  })

  test('the error of a branch ends its siblings and is the container’s', async () => {
    failures = [thrown('Bad', 'in a branch')]
    const executionArn = await start(engine, {
      States: {
        p: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'w', States: { w: ask('take', { token }, { TimeoutSeconds: 100, ...end }) } },
            { StartAt: 's', States: { s: { Type: 'Wait', Seconds: 5, ...end } } },
            { StartAt: 'f', States: { f: task('flaky', 1, end) } },
          ],
          Catch: [{ ErrorEquals: ['Bad'], Output: '{% $states.errorOutput.Error %}', Next: 'after' }],
          ...end,
        },
        after: { Type: 'Wait', Seconds: 60, End: true },
      },
    })
    await engine.clock.advance(61_000)

    expect(await read(engine, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'Bad' })
    const events = await eventNames(engine, executionArn)
    expect(events).toContain('ParallelStateFailed')
    expect(events).toContain('TaskStateAborted')
    expect(events).toContain('WaitStateAborted')
    expect(events.filter((name) => name === 'WaitStateExited')).toHaveLength(1)
  })

  test('the error of an item that nobody catches fails the execution', async () => {
    const executionArn = await start(engine, {
      States: {
        m: {
          Type: 'Map',
          Items: [1, 2],
          ItemProcessor: {
            StartAt: 'c',
            States: {
              c: {
                Type: 'Choice',
                Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'w' }],
                Default: 'f',
              },
              w: { Type: 'Wait', Seconds: 10, End: true },
              f: { Type: 'Fail', Error: 'Item', Cause: 'second' },
            },
          },
          ...end,
        },
      },
    })

    expect(await read(engine, executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Item',
      cause: 'second',
    })
    const events = await eventNames(engine, executionArn)
    expect(events.slice(-5)).toEqual([
      'MapIterationFailed',
      'WaitStateAborted',
      'MapIterationAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ])
  })
})

test('a task ends at TimeoutSeconds, also when its function never answers', async () => {
  let answer = (_: null) => {}
  engine.functions.never = () =>
    new Promise((resolve) => {
      answer = resolve
    })
  const executionArn = await start(engine, {
    States: {
      a: task('never', 1, {
        TimeoutSeconds: '{% 2 + 1 %}',
        Catch: [
          { ErrorEquals: ['States.TaskFailed'], Next: 'ok' },
          { ErrorEquals: ['States.Timeout'], Output: 'late', Next: 'ok' },
        ],
        ...end,
      }),
      ok,
    },
  })
  await engine.clock.advance(2999)
  const before = await read(engine, executionArn)
  await engine.clock.advance(1)
  answer(null)
  await settle()

  expect(before.status).toBe('RUNNING')
  expect(await read(engine, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'late' })
  expect(await eventNames(engine, executionArn)).toContain('TaskTimedOut')
})

test('an execution ends at the machine’s TimeoutSeconds', async () => {
  const executionArn = await start(engine, {
    TimeoutSeconds: 5,
    States: { a: { Type: 'Wait', Seconds: 60, End: true } },
  })
  await engine.clock.advance(5000)

  expect(await read(engine, executionArn)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' })
  expect((await eventNames(engine, executionArn)).slice(-2)).toEqual([
    'WaitStateAborted',
    'ExecutionTimedOut',
  ])
})

test.each([
  ['States.ALL', 'Anything', true],
  ['States.ALL', 'States.Timeout', true],
  ['States.ALL', 'States.DataLimitExceeded', false],
  ['States.ALL', 'States.Runtime', false],
  ['States.Runtime', 'States.Runtime', false],
  ['States.TaskFailed', 'Anything', true],
  ['States.TaskFailed', 'Lambda.Unknown', true],
  ['States.TaskFailed', 'States.Timeout', false],
  ['States.TaskFailed', 'States.HeartbeatTimeout', false],
  ['States.Timeout', 'States.HeartbeatTimeout', true],
  ['States.HeartbeatTimeout', 'States.HeartbeatTimeout', true],
  ['States.HeartbeatTimeout', 'States.Timeout', false],
  ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
  ['Other', 'Anything', false],
])('%s stands for %s: %s', (name, error, stands) => {
  expect(matches([name], error)).toBe(stands)
})
