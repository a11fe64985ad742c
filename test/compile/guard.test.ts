import { describe, expect, test } from 'vitest'
import { checkMachine } from '../../shared/compile/check-machine.ts'
import { compile } from '../../shared/compile/compile.ts'
import { graphOf, type WrittenNode } from './graph-of.ts'
import { runGraph } from './run-graph.ts'

const end = (output: string) => ({ type: 'final', params: { output } })

/** `$single` of several fails, and it could only be guarded by doing its work twice. */
const nodes: Record<string, Record<string, WrittenNode>> = {
  transform: {
    it: { type: 'transform', params: { set: { a: '{{$single(inputs.n)}}', b: 1 } }, next: 'end' },
    end: end('{{it.a}}'),
  },
  final: { it: end('{{$single(inputs.n)}}') },
  condition: {
    it: { type: 'condition', params: { when: '{{$single(inputs.n) = 7}}' }, next: { true: 'end' } },
    end: end('{{$count([1, 2]) + 5}}'),
  },
  delay: {
    it: { type: 'delay', params: { seconds: '{{$single(inputs.n)}}' }, next: 'end' },
    end: end('{{7}}'),
  },
  while: {
    it: {
      type: 'while',
      params: {
        when: '{{iteration < $single(inputs.n)}}',
        maxIterations: 9,
        body: { nodes: { in: { type: 'transform', params: { value: 1 } } } },
      },
      next: 'end',
    },
    end: end('{{it.iterations}}'),
  },
}

describe.each(Object.entries(nodes))('an expression that may fail in %s', (_, written) => {
  const graph = graphOf({ nodes: written })

  test('gives its value where it does not', async () => {
    expect(
      checkMachine(compile(graph, { kind: 'standard', stepFunction: 's', scriptFunction: 'js' }), 'standard'),
    ).toEqual([])
    expect((await runGraph(graph, { n: [7] })).output).toBe(7)
  })

  test('P8 fails its step, which the run tells, instead of the engine', async () => {
    const ran = await runGraph(graph, { n: [7, 8] })

    expect(ran.sent.at(-1)).toMatchObject({
      kind: 'end',
      outcome: 'failed',
      error: { stepId: 'it', error: 'States.QueryEvaluationError' },
    })
  })
})

test('a condition that could fail is not evaluated where an earlier one holds', async () => {
  const cases = [
    { when: '{{inputs.first}}', to: 'no' },
    { when: '{{$single(inputs.n) > 1}}', to: 'yes' },
  ]
  const graph = graphOf({
    nodes: { it: { type: 'condition', params: { cases } }, yes: end('{{"yes"}}'), no: end('{{"no"}}') },
  })

  expect((await runGraph(graph, { first: true, n: [] })).output).toBe('no')
  expect((await runGraph(graph, { n: [2] })).output).toBe('yes')
})

test('in an item, the failure is the item’s', async () => {
  const body = { nodes: { one: { type: 'transform', params: { value: '{{$single(item)}}' } } } }
  const graph = graphOf({
    nodes: { all: { type: 'each', params: { items: [[1], [1, 2]], onItemError: 'continue', body } } },
  })

  expect((await runGraph(graph)).output).toMatchObject([1, { error: { stepId: 'one' } }])
})
