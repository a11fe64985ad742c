import { describe, expect, test } from 'vitest'
import { checkMachine } from '../../shared/compile/check-machine.ts'
import { compile } from '../../shared/compile/compile.ts'
import type { Json } from '../../shared/world.ts'
import { graphOf, type WrittenNode } from './graph-of.ts'
import { runGraph } from './run-graph.ts'
import { Thrown } from './run-machine.ts'

const value = (value: Json, next?: string): WrittenNode => ({
  type: 'transform',
  params: { value },
  ...(next ? { next } : {}),
})
const end = (output: Json) => ({ type: 'final', params: { output } })
const call = { type: 'http.request', params: { url: 'https://example.com/{{item}}' } }
const boom = () => {
  throw new Thrown('Boom', 'boom')
}

describe('each', () => {
  const each = (params: Record<string, unknown>, next: Record<string, string> = { default: 'end' }) =>
    graphOf({
      nodes: { all: { type: 'each', params, next }, sorry: end('{{lastError}}'), end: end('{{all}}') },
    })
  const body = { nodes: { one: call } }

  test('gives the outputs in the order of the items', async () => {
    const graph = each({ items: '{{inputs.list}}', concurrency: 3, body })

    const ran = await runGraph(
      graph,
      { list: ['a', 'b'] },
      { one: ({ args }) => (args as { url: string }).url },
    )

    expect(ran.output).toEqual(['https://example.com/a', 'https://example.com/b'])
  })

  // The check of the finished machine took the data out of a list that stands in the flow, and refused what was left.
  test('goes through a list that stands in the flow itself', async () => {
    const graph = each({ items: ['a', 'b'], body })

    const ran = await runGraph(graph, {}, { one: ({ args }) => (args as { url: string }).url })

    expect(ran.output).toEqual(['https://example.com/a', 'https://example.com/b'])
    expect(
      checkMachine(
        compile(graph, {
          kind: 'standard',
          stepFunction: 'local-sluice-step',
          scriptFunction: 'local-sluice-script',
        }),
        'standard',
      ),
    ).toEqual([])
  })

  test.each([
    [null, []],
    [[], []],
    ['x', ['x']],
    [[['nested']], [['nested']]],
    [
      [null, 0],
      [null, 0],
    ],
  ])('takes %j for the list %j', async (items, list) => {
    const graph = each({ items: '{{inputs.list}}', body: { nodes: { one: value('{{item}}') } } })

    expect((await runGraph(graph, { list: items as Json })).output).toEqual(list)
  })

  test('knows the item, its index and the whole by name', async () => {
    const shown =
      '{{_each.item & _each.index & "/" & _each.total & (_each.isFirst ? "first" : "") & (_each.isLast ? "last" : "")}}'
    const graph = each({ items: ['a', 'b'], body: { nodes: { one: value(shown) } } })

    expect((await runGraph(graph)).output).toEqual(['a0/2first', 'b1/2last'])
  })

  test('an item that brings nothing forth leaves null', async () => {
    const graph = graphOf({
      nodes: {
        before: value('before', 'all'),
        all: {
          type: 'each',
          params: { items: [1], body: { nodes: { one: { type: 'log', params: { message: 'x' } } } } },
          next: 'end',
        },
        end: end('{{all}}'),
      },
    })

    expect((await runGraph(graph)).output).toEqual([null])
  })

  test('M13 stops at the first error, or puts errors into the list', async () => {
    const items = { items: ['a', 'b'], body }
    const fail = { one: ({ iter }: { iter?: unknown }) => (iter === '0' ? boom() : 'fine') } as never

    const stopped = await runGraph(
      each({ ...items, onItemError: 'stop' }, { default: 'end', error: 'sorry' }),
      {},
      fail,
    )
    const continued = await runGraph(each({ ...items, onItemError: 'continue' }), {}, fail)

    expect(stopped.output).toEqual({ stepId: 'one', error: 'Boom', cause: 'boom' })
    expect(continued.output).toEqual([{ error: { stepId: 'one', error: 'Boom', cause: 'boom' } }, 'fine'])
  })

  test('M13 refuses more items than maxItems with an error of its own', async () => {
    const graph = each({ items: '{{inputs.list}}', maxItems: 2, body }, { default: 'end', error: 'sorry' })

    const ran = await runGraph(graph, { list: [1, 2, 3] })

    expect(ran.output).toEqual({
      stepId: 'all',
      error: 'Each.TooManyItems',
      cause: 'The list has more than 2 items',
    })
  })

  test('a loop in a list in a branch tells the function its whole path', async () => {
    const round = { type: 'log', params: { message: 'x' } }
    const loop = { type: 'while', params: { when: '{{iteration < 2}}', body: { nodes: { round } } } }
    const list = { type: 'each', params: { items: [1, 2], body: { nodes: { loop } } } }
    const graph = graphOf({
      nodes: { both: { type: 'parallel', params: { branches: { one: { nodes: { list } } } } } },
    })

    const ran = await runGraph(graph)

    expect(ran.sent.map(({ iter }) => iter)).toEqual(['0.0', '0.1', '1.0', '1.1', undefined])
    expect(ran.output).toEqual({ one: [{ iterations: 2 }, { iterations: 2 }] })
  })
})

describe('while', () => {
  const loop = (params: Record<string, unknown>, output: Json = '{{loop.iterations}}') =>
    graphOf({ nodes: { loop: { type: 'while', params, next: 'end' }, end: end(output) } })
  const body = { nodes: { n: value('{{iteration}}') } }

  test('ends where its author bounds it', async () => {
    expect((await runGraph(loop({ when: true, maxIterations: 4, body }))).output).toBe(4)
  })

  test('without a bound fails rather than stop where nobody expects it', async () => {
    const ran = await runGraph(loop({ when: true, body }))

    expect(ran).toMatchObject({ status: 'FAILED', error: 'While.TooManyIterations' })
  })

  test('reads in its condition what its body left, and in its body the output of the round before', async () => {
    const graph = graphOf({
      nodes: {
        start: value(1, 'loop'),
        loop: {
          type: 'while',
          params: {
            when: '{{(double > 20) = false}}',
            maxIterations: 9,
            body: { nodes: { double: value('{{last * 2}}') } },
          },
          next: 'end',
        },
        end: end('{{double}}'),
      },
    })

    expect((await runGraph(graph)).output).toBe(32)
  })

  test('a step that fails in its body fails the run', async () => {
    const ran = await runGraph(
      loop({ when: true, maxIterations: 2, body: { nodes: { call } } }),
      {},
      { call: boom },
    )

    expect(ran.sent.at(-1)).toMatchObject({ outcome: 'failed', error: { stepId: 'call', error: 'Boom' } })
  })
})

describe('parallel', () => {
  test('an error in a branch takes the error row of the step that holds it', async () => {
    const graph = graphOf({
      nodes: {
        both: {
          type: 'parallel',
          params: { branches: { bad: { nodes: { call } }, good: { nodes: { v: value(1) } } } },
          next: { default: 'end', error: 'sorry' },
        },
        sorry: end('{{lastError}}'),
        end: end('never'),
      },
    })

    expect((await runGraph(graph, {}, { call: boom })).output).toEqual({
      stepId: 'call',
      error: 'Boom',
      cause: 'boom',
    })
  })

  test('a branch reads what was known before, and its own; not the other branch', async () => {
    const graph = graphOf({
      nodes: {
        a: value('a', 'both'),
        both: {
          type: 'parallel',
          params: {
            branches: {
              one: { nodes: { b: value('b', 'c'), c: value(['{{a}}', '{{b}}', '{{d}}', '{{last}}']) } },
              two: { nodes: { d: value('d') } },
            },
          },
        },
      },
    })

    expect((await runGraph(graph)).output).toEqual({ one: ['a', 'b', null, 'b'], two: 'd' })
  })

  test('an error keeps its step, its name and its message through all the bodies it rises from', async () => {
    const each = { type: 'each', params: { items: [1], body: { nodes: { call } } } }
    const branch = { type: 'parallel', params: { branches: { in: { nodes: { each } } } } }
    const graph = graphOf({ nodes: { branch } })
    const message = 'He said "no" to \\ and {"stepId":"x"}'

    const ran = await runGraph(
      graph,
      {},
      {
        call: () => {
          throw new Thrown('Boom', message)
        },
      },
    )

    expect(ran.sent.at(-1)).toMatchObject({ error: { stepId: 'call', error: 'Boom', cause: message } })
    expect(ran).toMatchObject({ error: 'Boom', cause: message })
  })

  test('fail and final end their branch only', async () => {
    const ending = (node: WrittenNode) => ({ nodes: { x: node } })
    const graph = (left: WrittenNode) =>
      graphOf({
        nodes: {
          both: {
            type: 'parallel',
            params: { branches: { left: ending(left) } },
            next: { default: 'ok', error: 'sorry' },
          },
          ok: end('{{both}}'),
          sorry: end('{{lastError.error & lastError.cause}}'),
        },
      })

    expect((await runGraph(graph(end([1])))).output).toEqual({ left: [1] })
    expect((await runGraph(graph({ type: 'fail', params: { code: 'E', message: 'm' } }))).output).toBe('Em')
  })
})

test('steps may be called as the compiler calls its own states', async () => {
  const graph = graphOf({
    nodes: { init: value(1, 'finish'), finish: value(2, 'failed'), failed: end(['{{init}}', '{{finish}}']) },
  })

  const ran = await runGraph(graph)

  expect(ran.output).toEqual([1, 2])
  expect(ran.entered).toEqual(['init_', 'init', 'finish', 'failed', 'finish_'])
})
