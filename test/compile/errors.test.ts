import { describe, expect, test } from 'vitest'
import { compile } from '../../shared/compile/compile.ts'
import type { JsonObject } from '../../shared/world.ts'
import { graphOf, type WrittenGraph } from './graph-of.ts'
import { runGraph } from './run-graph.ts'
import { Thrown } from './run-machine.ts'

const call = { type: 'http.request', params: { url: 'https://example.com/' } }
const boom = () => {
  throw new Thrown('Http.5xx', 'He said "no" \\ 500')
}

test('a step without an error row fails the run with its error and the message a person can read', async () => {
  const ran = await runGraph(graphOf({ nodes: { get: call } }), {}, { get: boom })

  expect(ran).toMatchObject({ status: 'FAILED', error: 'Http.5xx', cause: 'He said "no" \\ 500' })
  expect(ran.sent.at(-1)).toMatchObject({
    kind: 'end',
    outcome: 'failed',
    error: { stepId: 'get', error: 'Http.5xx', cause: 'He said "no" \\ 500' },
  })
})

test('M13 an error row catches, and lastError tells which step failed, how and why', async () => {
  const graph = graphOf({
    nodes: {
      get: { ...call, next: { error: 'sorry' } },
      sorry: { type: 'final', params: { output: '{{lastError}}' } },
    },
  })

  const ran = await runGraph(graph, {}, { get: boom })

  expect(ran.output).toEqual({ stepId: 'get', error: 'Http.5xx', cause: 'He said "no" \\ 500' })
})

test.each(['States.Timeout', 'Http.Timeout'])('M13 %s takes the timeout row of a call', async (name) => {
  const graph = graphOf({
    nodes: {
      get: { ...call, next: { error: 'sorry', timeout: 'late' } },
      sorry: { type: 'final', params: { output: 'sorry' } },
      late: { type: 'final', params: { output: '{{lastError.error}}' } },
    },
  })

  const ran = await runGraph(
    graph,
    {},
    {
      get: () => {
        throw new Thrown(name, '')
      },
    },
  )

  expect(ran.output).toBe(name)
})

test('an error whose cause is no JSON, or looks like it, is told as it is', async () => {
  for (const cause of ['plain', '{"errorType":"', '']) {
    const graph = graphOf({
      nodes: {
        tool: { type: 'client-tool', params: { toolName: 't' }, next: { error: 'sorry' } },
        sorry: { type: 'final', params: { output: '{{lastError.cause}}' } },
      },
    })

    const ran = await runGraph(
      graph,
      {},
      {
        tool: () => {
          throw new Thrown('ClientTool.Failed', cause)
        },
      },
    )

    expect(ran.output).toBe(cause)
  }
})

test('a value that is too large is caught by name, because States.ALL does not include it', async () => {
  const graph = graphOf({
    nodes: {
      get: { ...call, next: { error: 'sorry' } },
      sorry: { type: 'final', params: { output: '{{lastError.error}}' } },
    },
  })

  const ran = await runGraph(
    graph,
    {},
    {
      get: () => {
        throw new Thrown('States.DataLimitExceeded', 'big')
      },
    },
  )

  expect(ran.output).toBe('States.DataLimitExceeded')
})

test('every task, map and parallel that catches anything catches a value that is too large by name', () => {
  const inner = { nodes: { i: { ...call, next: { error: 'j' } }, j: { type: 'final', params: {} } } }
  const branch = { nodes: { k: { ...call, next: { error: 'l' } }, l: { type: 'final', params: {} } } }
  const graph: WrittenGraph = {
    nodes: {
      a: { type: 'each', params: { items: [1], body: inner }, next: 'b' },
      b: { type: 'parallel', params: { branches: { one: branch } }, next: 'c' },
      c: { type: 'approval', params: { message: 'x' }, next: 'd' },
      d: { type: 'flow', params: { flowId: 'f' } },
    },
  }

  const machine = compile(graphOf(graph), { kind: 'standard', stepFunction: 's', scriptFunction: 'js' })

  const catching = statesIn(machine).filter(({ Catch }) => Catch !== undefined)
  expect(catching.length).toBeGreaterThan(6)
  for (const { Catch } of catching)
    expect((Catch as JsonObject[]).flatMap(({ ErrorEquals }) => ErrorEquals)).toContain(
      'States.DataLimitExceeded',
    )
})

describe('M13 retry', () => {
  const retry = { maxAttempts: 3, intervalSeconds: 1, backoffRate: 2, maxDelaySeconds: 30, on: ['Http.5xx'] }

  test('counts the first try, and tells the function how many there may be', async () => {
    const graph = graphOf({ nodes: { get: { ...call, retry } } })

    const ran = await runGraph(graph, {}, { get: boom })

    const tries = ran.sent.filter(({ kind }) => kind === 'work')
    expect(tries.map(({ retries, maxAttempts, at }) => [retries, maxAttempts, at])).toEqual([
      [0, 3, tries[0]?.at],
      [1, 3, tries[0]?.at],
      [2, 3, tries[0]?.at],
    ])
  })

  test('does not concern errors that it does not name', async () => {
    const graph = graphOf({ nodes: { get: { ...call, retry: { ...retry, on: ['Http.Timeout'] } } } })

    const ran = await runGraph(graph, {}, { get: boom })

    expect(ran.sent.filter(({ kind }) => kind === 'work')).toHaveLength(1)
  })

  test('of everything stands alone and last, and never works on a cancelled run again', async () => {
    const { on: _, ...all } = retry
    const graph = graphOf({ nodes: { get: { ...call, retry: all } } })

    const ran = await runGraph(
      graph,
      {},
      {
        get: () => {
          throw new Thrown('RunCancelled', 'gone')
        },
      },
    )

    expect(ran.sent.filter(({ kind }) => kind === 'work')).toHaveLength(1)
  })

  test.each([
    [
      { ...retry, intervalSeconds: 0.2 },
      { IntervalSeconds: 1, MaxDelaySeconds: 30, BackoffRate: 2 },
    ],
    [
      { ...retry, intervalSeconds: 60 },
      { IntervalSeconds: 30, BackoffRate: 1 },
    ],
  ])('is written in whole seconds that the engine takes', (written, expected) => {
    const { get } = compile(graphOf({ nodes: { get: { ...call, retry: written } } }), {
      kind: 'standard',
      stepFunction: 's',
      scriptFunction: 'js',
    }).States

    expect(get).toHaveProperty('Retry.1', expect.objectContaining(expected))
  })
})

test('M13 timeoutSeconds bounds the call, and the state lies a little beyond', () => {
  const { get } = compile(graphOf({ nodes: { get: { ...call, timeoutSeconds: 20 } } }), {
    kind: 'standard',
    stepFunction: 's',
    scriptFunction: 'js',
  }).States

  expect(get).toMatchObject({ TimeoutSeconds: 25, Arguments: { Payload: { timeoutSeconds: 20 } } })
})

test('an output that breaks its schema fails the run without being tried again', async () => {
  const graph = graphOf({
    output: { type: 'object' },
    nodes: { end: { type: 'final', params: { output: 1 } } },
  })
  const machine = compile(graph, { kind: 'standard', stepFunction: 's', scriptFunction: 'js' })

  expect(machine.States.finish).toMatchObject({
    Arguments: { Payload: { schema: { type: 'object' } } },
    Retry: [{ ErrorEquals: ['OutputInvalid', 'output_too_large'], MaxAttempts: 0 }, {}],
  })
})

function statesIn(value: unknown): JsonObject[] {
  if (typeof value !== 'object' || value === null) return []
  const { States } = value as { States?: Record<string, JsonObject> }
  return [...Object.values(States ?? {}), ...Object.values(value).flatMap(statesIn)]
}
