import {
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Json } from '../../../shared/world.ts'
import { type Engine, openEngine, settle, thrown } from './open-engine.ts'
import { ask, eventNames, read, start, token, tokenOf } from './run-machine.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine()
  engine.functions.take = () => null
})
beforeEach(() => {
  engine.calls.length = 0
})
afterAll(() => engine.states.close())

const end = { End: true }
const ok = { Type: 'Pass', End: true }

function answer(taskToken: string, output: Json = null) {
  return engine.client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))
}

test('a token’s answer is the result of the task', async () => {
  const executionArn = await start(engine, { States: { a: ask('take', { token, n: 1 }, end) } })
  const waiting = await read(engine, executionArn)
  await answer(tokenOf(engine), { decision: 'approve' })
  await settle()

  expect(waiting.status).toBe('RUNNING')
  expect(engine.calls).toMatchObject([{ functionName: 'take', payload: { n: 1 } }])
  expect(await read(engine, executionArn)).toMatchObject({
    status: 'SUCCEEDED',
    output: { decision: 'approve' },
  })
  expect(await eventNames(engine, executionArn)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ])
})

test('E1 of two answers one goes through, the other finds the task gone', async () => {
  await start(engine, { States: { a: ask('take', { token }, end) } })

  const outcomes = await Promise.allSettled(
    Array.from({ length: 16 }, (_, index) => answer(tokenOf(engine), index)),
  )

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'TaskTimedOut' })
})

test('a failure sent by token is the task’s error', async () => {
  const executionArn = await start(engine, { States: { a: ask('take', { token }, end) } })
  const { client } = engine
  await client.send(
    new SendTaskFailureCommand({ taskToken: tokenOf(engine), error: 'Rejected', cause: 'by hand' }),
  )
  await settle()

  expect(await read(engine, executionArn)).toMatchObject({
    status: 'FAILED',
    error: 'Rejected',
    cause: 'by hand',
  })
})

test('an answer may come before the function has returned', async () => {
  engine.functions.early = async (payload) => {
    await answer((payload as { token: string }).token, 'early')
    throw thrown('Late', 'this comes too late')
  }
  const executionArn = await start(engine, { States: { a: ask('early', { token }, end) } })

  expect(await read(engine, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'early' })
})

test('a function that does not take the token fails the task', async () => {
  engine.functions.refuse = () => {
    throw thrown('Refused')
  }
  const executionArn = await start(engine, {
    States: {
      a: ask(
        'refuse',
        { token },
        { Catch: [{ ErrorEquals: ['Refused'], Output: 'no', Next: 'ok' }], ...end },
      ),
      ok,
    },
  })

  expect(await read(engine, executionArn)).toMatchObject({ output: 'no' })
  await expect(answer(tokenOf(engine))).rejects.toMatchObject({ name: 'TaskTimedOut' })
})

test('a wait ends at its TimeoutSeconds, and its token with it', async () => {
  const executionArn = await start(engine, {
    States: {
      a: ask(
        'take',
        { token },
        {
          TimeoutSeconds: 30,
          Catch: [{ ErrorEquals: ['States.Timeout'], Output: 'late', Next: 'ok' }],
          ...end,
        },
      ),
      ok,
    },
  })
  await engine.clock.advance(29_999)
  const before = await read(engine, executionArn)
  await engine.clock.advance(1)

  expect(before.status).toBe('RUNNING')
  expect(await read(engine, executionArn)).toMatchObject({ output: 'late' })
  await expect(answer(tokenOf(engine))).rejects.toMatchObject({ name: 'TaskTimedOut' })
})

test('a retry of a wait has another token', async () => {
  const executionArn = await start(engine, {
    States: {
      a: ask('take', { token }, { TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.Timeout'] }], ...end }),
    },
  })
  await engine.clock.advance(6000)

  expect(engine.calls).toHaveLength(2)
  expect(tokenOf(engine, 1)).not.toBe(tokenOf(engine, 0))
  await answer(tokenOf(engine, 1), 'second')
  await settle()
  expect(await read(engine, executionArn)).toMatchObject({ output: 'second' })
})

test('a heartbeat keeps a task alive that would be given up without', async () => {
  const executionArn = await start(engine, {
    States: {
      a: ask(
        'take',
        { token },
        {
          TimeoutSeconds: 100,
          HeartbeatSeconds: '{% 10 %}',
          Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Output: 'dead', Next: 'ok' }],
          ...end,
        },
      ),
      ok,
    },
  })
  const { client, clock } = engine
  for (let beat = 0; beat < 3; beat++) {
    await clock.advance(8000)
    await client.send(new SendTaskHeartbeatCommand({ taskToken: tokenOf(engine) }))
  }
  const alive = await read(engine, executionArn)
  await clock.advance(10_000)

  expect(alive.status).toBe('RUNNING')
  expect(await read(engine, executionArn)).toMatchObject({ output: 'dead' })
})

test('a text that is no token is told from one that is over', async () => {
  await expect(answer('garbage')).rejects.toMatchObject({ name: 'InvalidToken' })
  await start(engine, { States: { a: ask('take', { token }, end) } })
  const valid = tokenOf(engine)
  const forged = `${valid.startsWith('A') ? 'B' : 'A'}${valid.slice(1)}`

  await expect(answer(forged)).rejects.toMatchObject({ name: 'InvalidToken' })
})

test('an output that is no JSON, or too large, leaves the task waiting', async () => {
  const executionArn = await start(engine, { States: { a: ask('take', { token }, end) } })
  const taskToken = tokenOf(engine)
  const { client } = engine

  await expect(client.send(new SendTaskSuccessCommand({ taskToken, output: '{' }))).rejects.toMatchObject({
    name: 'InvalidOutput',
  })
  await expect(answer(taskToken, 'x'.repeat(262_144))).rejects.toMatchObject({ name: 'InvalidOutput' })
  expect((await read(engine, executionArn)).status).toBe('RUNNING')
  await answer(taskToken, 'fine')
})

test('the token of a stopped execution is over', async () => {
  const executionArn = await start(engine, { States: { a: ask('take', { token }, end) } })
  const { client } = engine
  await client.send(new StopExecutionCommand({ executionArn, error: 'Cancelled', cause: 'by a person' }))
  await settle()

  await expect(answer(tokenOf(engine))).rejects.toMatchObject({ name: 'TaskTimedOut' })
  expect(await read(engine, executionArn)).toMatchObject({
    status: 'ABORTED',
    error: 'Cancelled',
    cause: 'by a person',
  })
  expect(engine.ended.at(-1)?.detail).toMatchObject({ executionArn, status: 'ABORTED', error: 'Cancelled' })
  expect((await eventNames(engine, executionArn)).slice(-2)).toEqual(['TaskStateAborted', 'ExecutionAborted'])
})

test('several waits of one execution are answered each by its own token', async () => {
  const executionArn = await start(engine, {
    States: {
      m: {
        Type: 'Map',
        Items: ['a', 'b', 'c'],
        ItemProcessor: {
          StartAt: 'w',
          States: {
            w: ask(
              'take',
              { token, item: '{% $states.input %}' },
              { Output: '{% $states.input & $states.result %}', ...end },
            ),
          },
        },
        ...end,
      },
    },
  })
  const tokens = engine.calls.map(({ payload }) => payload as { token: string; item: string })
  for (const { token: taskToken, item } of tokens.toReversed()) {
    await answer(taskToken, item.toUpperCase())
    await settle()
  }

  expect(await read(engine, executionArn)).toMatchObject({ status: 'SUCCEEDED', output: ['aA', 'bB', 'cC'] })
})

test('histories can be read without data, in pages, from either end', async () => {
  const executionArn = await start(engine, { States: { a: ask('take', { token }, end) } })
  await answer(tokenOf(engine), { secret: 1 })
  await settle()
  const { client } = engine
  const ids: number[] = []
  let nextToken: string | undefined
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({
        executionArn,
        maxResults: 3,
        reverseOrder: true,
        includeExecutionData: false,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    )
    ids.push(...(page.events ?? []).map(({ id }) => id as number))
    expect(JSON.stringify(page)).not.toContain('secret')
    expect(JSON.stringify(page)).not.toContain(tokenOf(engine))
    nextToken = page.nextToken
  } while (nextToken !== undefined)

  expect(ids).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  await expect(
    client.send(new GetExecutionHistoryCommand({ executionArn, nextToken: 'x' })),
  ).rejects.toMatchObject({ name: 'InvalidToken' })
})
