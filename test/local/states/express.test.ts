import { StartExecutionCommand, StartSyncExecutionCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Engine, openEngine, settle, thrown } from './open-engine.ts'
import { make, task, type Written } from './run-machine.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
  engine.functions.echo = (payload) => payload
})
afterAll(() => engine.states.close())

const end = { End: true }

async function sync(written: Written, input: unknown = {}) {
  const stateMachineArn = await make(engine, written, 'EXPRESS')
  return await engine.client.send(
    new StartSyncExecutionCommand({ stateMachineArn, name: 'run', input: JSON.stringify(input) }),
  )
}

test('a synchronous run is answered with its output', async () => {
  const answer = await sync(
    {
      States: {
        a: { Type: 'Pass', Assign: { n: '{% $states.input.n %}' }, Next: 'b' },
        b: task('echo', { n: '{% $n %}' }, { Output: '{% $states.result.Payload.n + 1 %}', ...end }),
      },
    },
    { n: 1 },
  )

  expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '2', input: '{"n":1}', name: 'run' })
  expect(answer.executionArn).toMatch(
    /^arn:aws:states:us-east-1:000000000000:express:machine-\d+:run:[\w-]+$/,
  )
  expect(answer.startDate).toBeInstanceOf(Date)
})

test('a failed run is answered with 200, its error and its cause', async () => {
  engine.functions.bad = () => {
    throw thrown('Bad', 'no')
  }
  const answer = await sync({ States: { a: task('bad', {}, end) } })

  expect(answer).toMatchObject({ status: 'FAILED', error: 'Bad' })
  expect(answer.cause).toContain('"errorMessage":"no"')
  expect(answer.output).toBeUndefined()
})

test('retries and waits of an EXPRESS run take their time', async () => {
  let tries = 0
  engine.functions.flaky = () => {
    tries += 1
    if (tries < 3) throw thrown('Busy')
    return tries
  }
  const written = {
    States: {
      w: { Type: 'Wait', Seconds: 2, Next: 'a' },
      a: task(
        'flaky',
        {},
        { Retry: [{ ErrorEquals: ['Busy'] }], Output: '{% $states.result.Payload %}', ...end },
      ),
    },
  }
  let done = false
  const answer = sync(written).then((value) => {
    done = true
    return value
  })
  await engine.clock.advance(4999)
  const early = done
  await engine.clock.advance(1)

  expect(early).toBe(false)
  expect(await answer).toMatchObject({ status: 'SUCCEEDED', output: '3' })
})

test('an EXPRESS run ends after 300 seconds', async () => {
  const answer = sync({ TimeoutSeconds: 400, States: { w: { Type: 'Wait', Seconds: 1000, ...end } } })
  await engine.clock.advance(300_000)

  expect(await answer).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' })
})

test('Parallel and Map run in memory too, and fail as a whole', async () => {
  const map = {
    Type: 'Map',
    Items: [1, 2, 3],
    ItemProcessor: {
      StartAt: 'x',
      States: { x: task('echo', '{% $states.input %}', { Output: '{% $states.result.Payload %}', ...end }) },
    },
    ...end,
  }
  const branch = { StartAt: 'm', States: { m: map } }
  const good = await sync({ States: { p: { Type: 'Parallel', Branches: [branch], ...end } } })
  const fail = { StartAt: 'f', States: { f: { Type: 'Fail', Error: 'E' } } }
  const bad = await sync({
    States: {
      p: {
        Type: 'Parallel',
        Branches: [branch, fail],
        Catch: [{ ErrorEquals: ['E'], Output: 'caught', Next: 'ok' }],
        ...end,
      },
      ok: { Type: 'Pass', ...end },
    },
  })

  expect(good.output).toBe('[[1,2,3]]')
  expect(bad.output).toBe('"caught"')
})

test('an asynchronous EXPRESS start answers at once; the same name twice is two runs', async () => {
  engine.calls.length = 0
  const stateMachineArn = await make(engine, { States: { a: task('echo', {}, end) } }, 'EXPRESS')
  const command = new StartExecutionCommand({ stateMachineArn, name: 'same' })
  const one = await engine.client.send(command)
  const other = await engine.client.send(command)
  await settle()

  expect(one.executionArn).not.toBe(other.executionArn)
  expect(engine.calls).toHaveLength(2)
  expect(engine.ended).toEqual([])
})
