import { describe, expect, test } from 'vitest'
import type { Json } from '../../shared/world.ts'
import { graphOf, type WrittenNode } from './graph-of.ts'
import { runGraph } from './run-graph.ts'

const value = (value: Json, next?: string, output?: string): WrittenNode => ({
  type: 'transform',
  params: { value },
  ...(next ? { next } : {}),
  ...(output ? { output } : {}),
})
const end = (output: Json) => ({ type: 'final', params: { output } })

describe('an expression means by a name', () => {
  test.each<[string, Json]>([
    ['customer.id', 7],
    ['nodes.fetch.id', 7],
    ['nodes.customer', null],
    ['inputs.topic', 'renewal'],
    ['topic', 'renewal'],
    ['last.id', 7],
    ['lastError', null],
    ['approval', null],
    ['trigger.type', 'api'],
    ['run.startedAt', '2026-03-01T06:00:00.000Z'],
    ['flow.name', 'Test'],
    ['flow.version', 3],
    ['user.email', 'ann@example.com'],
    ['currentUser.role', 'user'],
    ['nowhere', null],
    ['nowhere.at.all', null],
    ['shared.customer.id', 7],
    ['shared.topic', 'renewal'],
    ['input.id', 7],
    ['input.topic', 'renewal'],
  ])('%s: %j', async (name, expected) => {
    const graph = graphOf({
      nodes: {
        fetch: { type: 'http', params: { url: 'https://example.com/' }, output: 'customer', next: 'end' },
        end: end(`{{${name}}}`),
      },
    })

    const ran = await runGraph(graph, { topic: 'renewal' }, { fetch: { id: 7 } })

    expect(ran.output).toEqual(expected)
  })
})

test('an output name is stronger than an input, a loop name stronger than both', async () => {
  const graph = graphOf({
    inputs: [{ name: 'item', type: 'text', required: false }],
    nodes: {
      a: value('output', 'all', 'item'),
      all: {
        type: 'each',
        params: { items: ['loop'], body: { nodes: { b: value('{{item}}') } } },
        next: 'end',
      },
      end: end(['{{item}}', '{{inputs.item}}', '{{all}}']),
    },
  })

  expect((await runGraph(graph, { item: 'input' })).output).toEqual(['output', 'input', ['loop']])
})

test('a declared input is stronger than a name of the run', async () => {
  const inputs = [{ name: 'run', type: 'text' as const, required: true }]

  expect((await runGraph(graphOf({ inputs, nodes: { end: end('{{run}}') } }), { run: 'mine' })).output).toBe(
    'mine',
  )
})

test('an output name that two steps share means the one that ran last', async () => {
  const graph = (n: number) => ({
    nodes: {
      which: { type: 'condition', params: { when: `{{${n} > 1}}` }, next: { true: 'big', false: 'small' } },
      big: value('big', 'end', 'size'),
      small: value('small', 'end', 'size'),
      end: end(['{{size}}', '{{last}}', '{{nodes.big}}']),
    },
  })

  expect((await runGraph(graphOf(graph(2)))).output).toEqual(['big', 'big', 'big'])
  expect((await runGraph(graphOf(graph(1)))).output).toEqual(['small', 'small', null])
})

test('last passes over steps that leave no output, and over an error', async () => {
  const call = { type: 'http', params: { url: 'https://example.com/' } }
  const graph = graphOf({
    nodes: {
      a: value('a', 'b'),
      b: { type: 'log', params: { message: 'x' }, next: 'c' },
      c: { ...call, next: { default: 'd', error: 'd' } },
      d: end('{{last}}'),
    },
  })

  expect((await runGraph(graph, {}, { c: 'c' })).output).toBe('c')
  expect((await runGraph(graph, {}, { c: null })).output).toBeNull()
})

test('approval is the latest answer, wherever the approvals stand', async () => {
  const ask = (next: string) => ({ type: 'approval', params: { message: 'x' }, next })
  const graph = graphOf({ nodes: { a: ask('b'), b: ask('c'), c: end('{{approval.message}}') } })

  expect((await runGraph(graph, {}, { a: { message: 1 }, b: { message: 2 } })).output).toBe(2)
})

test('seed 003: input is the run inputs at the first step, and then what the step before left', async () => {
  const graph = graphOf({
    nodes: { a: value('{{input}}', 'b'), b: value('text', 'c'), c: end(['{{a}}', '{{input}}']) },
  })

  expect((await runGraph(graph, { x: 1 })).output).toEqual([{ x: 1 }, 'text'])
})

test('the output of a run is that of the step that ended it, whichever it was', async () => {
  const call = { type: 'http', params: { url: 'https://example.com/' } }
  const graph = (n: number) =>
    graphOf({
      nodes: {
        which: {
          type: 'condition',
          params: { cases: [1, 2, 3].map((m) => ({ when: `{{${n} = ${m}}}`, to: `s${m}` })) },
        },
        s1: call,
        s2: value('two'),
        s3: end('three'),
      },
    })

  for (const [n, output] of [
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
    [4, null],
  ] as const) {
    const ran = await runGraph(graph(n), {}, { s1: 'one' })

    expect(ran.output).toBe(output)
    expect(ran.sent.at(-1)).toMatchObject({ output, lastStepId: n === 4 ? 'which' : `s${n}` })
  }
})
