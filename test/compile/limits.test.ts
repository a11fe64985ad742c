import { describe, expect, test } from 'vitest'
import { checkMachine } from '../../shared/compile/check-machine.ts'
import { compile } from '../../shared/compile/compile.ts'
import { checkHistory, countEvents, openLimit } from '../../shared/compile/history.ts'
import { machineKinds } from '../../shared/compile/kind.ts'
import { graphOf, type WrittenGraph, type WrittenNode } from './graph-of.ts'
import { runGraph } from './run-graph.ts'

const options = {
  kind: 'standard',
  stepFunction: 'local-sluice-step',
  scriptFunction: 'local-sluice-script',
} as const
const call: WrittenNode = { type: 'http.request', params: { url: 'https://example.com/' } }
const list = (maxItems?: number, body: WrittenNode = call): WrittenGraph => ({
  nodes: {
    all: {
      type: 'each',
      params: { items: '{{inputs.list}}', ...(maxItems ? { maxItems } : {}), body: { nodes: { one: body } } },
    },
  },
})

describe('history', () => {
  test('bounds of the author that could take more than 25,000 events are refused, naming the step', () => {
    expect(checkHistory(graphOf(list(10_000)))).toMatchObject({ code: 'too_many_events', stepId: 'all' })
    expect(checkHistory(graphOf(list(1000)))).toBeNull()
    expect(() => compile(graphOf(list(10_000)), options)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ code: 'too_many_events' })] }),
    )
  })

  test('bodies without a bound get one that fits, also when they are nested', () => {
    const nested = list(undefined, { type: 'each', params: { items: [1], body: { nodes: { deep: call } } } })

    expect(openLimit(graphOf(list()))).toBe(1000)
    expect(openLimit(graphOf(nested))).toBe(20)
    expect(countEvents(graphOf(nested), 20)).toBeLessThan(20_000)
  })

  test('the count is what a run really writes, or more', async () => {
    const graph = graphOf(list(5))
    const ran = await runGraph(graph, { list: [1, 2, 3, 4, 5] })

    const tasks = ran.sent.length
    const others = ran.entered.length - tasks
    expect(countEvents(graph, 1)).toBeGreaterThanOrEqual(2 + tasks * 5 + others * 2 + 4 + 5 * 2)
  })
})

describe('machine kinds', () => {
  const one = (node: WrittenNode, settings = {}): WrittenGraph => ({ nodes: { one: node }, settings })
  const wait = (seconds: unknown) => one({ type: 'delay', params: { seconds } })

  test.each<[string, WrittenGraph, boolean]>([
    ['a call', one(call), false],
    ['an approval', one({ type: 'approval', params: { message: 'x' } }), true],
    ['another flow', one({ type: 'flow', params: { flowId: 'f' } }), true],
    [
      'an approval in a branch',
      one({
        type: 'parallel',
        params: { branches: { a: one({ type: 'approval', params: { message: 'x' } }) } },
      }),
      true,
    ],
    ['a delay of 240 s', wait(240), false],
    ['a delay of 5m', wait('5m'), true],
    ['a delay that is computed', wait('{{inputs.n}}'), true],
    ['a delay until a moment', one({ type: 'delay', params: { until: '2026-03-01T00:00:00Z' } }), true],
    [
      'a loop of delays',
      one({ type: 'while', params: { when: true, maxIterations: 10, body: wait(60) } }),
      true,
    ],
    ['a run of 301 s', one(call, { timeoutSeconds: 301 }), true],
    ['a run of 300 s', one(call, { timeoutSeconds: 300 }), false],
    ['durability standard', one(call, { durability: 'standard' }), true],
  ])('%s', (_, written, standardOnly) => {
    const graph = graphOf(written)

    expect(machineKinds(graph).standardOnly).toBe(standardOnly)
    expect(machineKinds(graph).reasons).toHaveLength(standardOnly ? 1 : 0)
    if (standardOnly)
      expect(() => compile(graph, { ...options, kind: 'express' })).toThrow(
        expect.objectContaining({ issues: [expect.objectContaining({ code: 'standard_only' })] }),
      )
    else expect(checkMachine(compile(graph, { ...options, kind: 'express' }), 'express')).toEqual([])
  })

  test('an Express machine has the same states and at most 290 s', () => {
    const standard = compile(graphOf(one(call)), options)
    const express = compile(graphOf(one(call)), { ...options, kind: 'express' })

    expect(express.States).toEqual(standard.States)
    expect([standard.TimeoutSeconds, express.TimeoutSeconds]).toEqual([3600, 290])
    expect(
      compile(graphOf(one({ type: 'approval', params: { message: 'x' } })), options).TimeoutSeconds,
    ).toBe(2_592_000)
  })
})

test('H8 500 steps compile in less than 100 ms', () => {
  const graph = graphOf({
    nodes: Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`n${n}`, chain(n)])),
  })
  compile(graph, options)

  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage()
    compile(graph, options)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })

  // Processor time, and the fastest of five: other work on the machine only ever adds.
  expect(Math.min(...times)).toBeLessThan(100)
  expect(checkMachine(compile(graph, options), 'standard')).toEqual([])
})

function chain(n: number): WrittenNode {
  const next = n < 499 ? { next: `n${n + 1}` } : {}
  if (n % 3 === 0) return { ...call, ...next }
  if (n % 3 === 1)
    return { type: 'transform', params: { set: { a: '{{last}}', b: `text {{n${n - 1}.body}}` } }, ...next }
  return { type: 'condition', params: { when: `{{n${n - 1}.a > 3}}` }, ...next }
}

test('two ids with one variable name are refused', () => {
  const graph = graphOf({
    nodes: { 'a-b': { type: 'transform', params: { value: 1 }, next: 'a_b' }, a_b: call },
  })

  expect(() => compile(graph, options)).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ code: 'same_variable', stepId: 'a_b' })] }),
  )
})
