import { describe, expect, test } from 'vitest'
import { compile } from '../../shared/compile/compile.ts'
import type { Json } from '../../shared/world.ts'
import { graphOf, type WrittenNode } from './graph-of.ts'
import { runGraph } from './run-graph.ts'

const value = (value: Json, next?: string): WrittenNode => ({
  type: 'transform',
  params: { value },
  ...(next ? { next } : {}),
})
const end = (output: Json) => ({ type: 'final', params: { output } })

describe('trace and seen', () => {
  const nodes = {
    calc: value({ n: 1 }, 'both'),
    both: {
      type: 'parallel',
      params: { branches: { one: { nodes: { inner: value(2) } } } },
      next: 'ask',
    },
    ask: { type: 'approval', params: { message: 'x' }, next: 'end' },
    end: end('done'),
  }

  test('waits and the end are told when native steps were entered and what they left, branches included', async () => {
    const { sent } = await runGraph(graphOf({ nodes }))

    const [ask, finish] = sent
    const time = expect.stringMatching(/^2026-/)
    expect(ask).toMatchObject({
      kind: 'ask',
      trace: { calc: time, both: time, inner: time },
      seen: { calc: { n: 1 }, both: { one: 2 } },
    })
    expect(finish).toMatchObject({
      trace: { calc: time, both: time, inner: time, end: time },
      lastStepId: 'end',
    })
  })

  test('a value that is too large is named and left out', async () => {
    const graph = graphOf({ nodes: { big: value('{{inputs.text}}') } })

    const { sent } = await runGraph(graph, { text: 'x'.repeat(2001) })

    expect(sent.at(-1)).toMatchObject({ seen: { big: { $omitted: true } } })
  })

  test('a wait in an item tells of the item and of what lies around it', async () => {
    const inside = {
      nodes: { see: value('{{item}}', 'ask'), ask: { type: 'approval', params: { message: 'x' } } },
    }
    const graph = graphOf({
      nodes: { calc: value(1, 'all'), all: { type: 'each', params: { items: ['i'], body: inside } } },
    })

    const { sent } = await runGraph(graph)

    expect(Object.keys(sent[0]?.trace as object)).toEqual(['calc', 'see'])
    expect(sent[0]).toMatchObject({ seen: { calc: 1, see: 'i', all: null } })
  })

  test('waits of a huge flow leave the values to the end', () => {
    const many = Object.fromEntries(
      Array.from({ length: 140 }, (_, n) => [
        `n${n}`,
        {
          ...(n % 2 ? value(1) : { type: 'approval', params: { message: 'x' } }),
          ...(n < 139 ? { next: `n${n + 1}` } : {}),
        },
      ]),
    )

    const { n0, finish } = compile(graphOf({ nodes: many }), {
      kind: 'standard',
      stepFunction: 's',
      scriptFunction: 'js',
    }).States

    expect(n0).toHaveProperty('Arguments.Payload.seen', {})
    expect(finish).toHaveProperty('Arguments.Payload.seen.n1')
  })
})
