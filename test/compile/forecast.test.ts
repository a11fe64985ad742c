import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../../shared/compile/compile.ts'
import { forecast } from '../../shared/compile/forecast.ts'
import { everyNode } from '../../shared/compile/kind.ts'
import { graphOf, type WrittenGraph } from './graph-of.ts'
import { graphs } from './graphs.ts'
import { executionInput } from './run-graph.ts'
import { runMachine } from './run-machine.ts'

const options = {
  kind: 'standard',
  stepFunction: 'local-sluice-step',
  scriptFunction: 'local-sluice-script',
} as const
const of = (written: WrittenGraph) => {
  const graph = graphOf(written)
  return forecast(graph, compile(graph, options), (use) => (use === 'work' ? 10 : 1))
}
const http = (next?: string | Record<string, string>) => ({
  type: 'http.request',
  params: { url: 'https://example.com/' },
  ...(next ? { next } : {}),
})
const final = { type: 'final', params: { output: 1 } }

describe('the forecast of a flow', () => {
  test('counts the shortest and the longest way', () => {
    const { transitions, calls, cost, paths, warnings } = of({
      nodes: {
        a: { type: 'condition', params: { when: '{{inputs.x}}' }, next: { true: 'b', default: 'end' } },
        b: http('end'),
        end: final,
      },
    })

    // init, a, (b), end, finish
    expect(transitions).toEqual({ min: 4, max: 5 })
    expect(calls).toEqual({ min: 1, max: 2 })
    expect(cost).toEqual({ min: 4, max: 14 })
    expect(paths).toEqual([
      { steps: ['a', 'b', 'end'], transitions: 5, cost: 14 },
      { steps: ['a', 'end'], transitions: 4, cost: 4 },
    ])
    expect(warnings).toEqual([])
  })

  test('knows the author’s own way out of an error, and no other failure', () => {
    const { transitions, paths } = of({
      nodes: {
        a: http({ default: 'end', error: 'no' }),
        end: final,
        no: { type: 'fail', params: { code: 'NO', message: 'no' } },
      },
    })

    // init, a, no, failed, failed_end
    expect(transitions).toEqual({ min: 4, max: 5 })
    expect(paths.map(({ steps }) => steps)).toEqual([
      ['a', 'no'],
      ['a', 'end'],
    ])
  })

  test.each([
    [{ items: [1, 2, 3] }, 3, 3],
    [{ items: '{{inputs.list}}', maxItems: 5 }, 0, 5],
    [{ items: '{{inputs.list}}' }, 0, Number.POSITIVE_INFINITY],
  ])('a list of %j', (params, least, most) => {
    const { transitions, warnings } = of({
      nodes: { a: { type: 'each', params: { ...params, body: { nodes: { b: http() } } } } },
    })

    // init, a, (the item's variables, b) each, finish
    expect(transitions).toEqual({ min: 3 + 2 * least, max: 3 + 2 * most })
    expect(warnings).toHaveLength(Number.isFinite(most) ? 0 : 1)
  })

  test.each([
    [2, 4, 4 + 2 * 2],
    [undefined, 4, Number.POSITIVE_INFINITY],
  ])('a loop of at most %s rounds', (maxIterations, min, max) => {
    const params = { when: '{{iteration < 9}}', ...(maxIterations ? { maxIterations } : {}) }
    const { transitions } = of({
      nodes: { a: { type: 'while', params: { ...params, body: { nodes: { b: http() } } } } },
    })

    // init, a, (check, b) each round, check, finish
    expect(transitions).toEqual({ min, max })
  })

  test('loops in loops', () => {
    const inner = {
      type: 'while',
      params: { when: '{{iteration < 2}}', maxIterations: 2, body: { nodes: { c: http() } } },
    }
    const { transitions } = of({
      nodes: {
        a: {
          type: 'while',
          params: { when: '{{iteration < 3}}', maxIterations: 3, body: { nodes: { b: inner } } },
        },
      },
    })

    // A round: the outer check, b, two rounds of (check, c), the inner check.
    expect(transitions).toEqual({ min: 4, max: 4 + 3 * (1 + 1 + 2 * 2 + 1) })
  })

  test('an agent takes its turns and tools at the most', () => {
    const tools = [{ type: 'client', name: 'look' }]
    const { transitions, paths } = of({
      nodes: { a: { type: 'agent', params: { prompt: 'Hi', model: 'm', tools, maxTurns: 2 } } },
    })

    // init, a, the choice, finish; 2 turns with 8 tools each at the most: the choice, the tool, the note of its result.
    expect(transitions).toEqual({ min: 4, max: 4 + 2 * (1 + 8) * 3 })
    expect(paths.map(({ steps }) => steps)).toEqual([['a']])
  })

  test('steps that lead back through a wait have no bound', () => {
    const { transitions, warnings } = of({
      start: 'ask',
      nodes: {
        ask: {
          type: 'approval',
          params: { message: 'Go on?', onTimeout: 'fail' },
          next: { approve: 'end', reject: 'ask' },
        },
        end: final,
      },
    })

    expect(transitions.max).toBe(Number.POSITIVE_INFINITY)
    expect(warnings).toEqual([expect.stringContaining('lead back')])
  })

  test('of any flow that completes without a failure holds', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.infiniteStream(fc.nat(9)), async (graph, stream) => {
        const nested = Object.values(graph.nodes).flatMap(({ bodies }) => Object.values(bodies))
        fc.pre(nested.flatMap(everyNode).every(({ type }) => type !== 'fail'))
        const machine = compile(graph, options)
        const ran = await runMachine(machine, executionInput({ a: [1, 'x'] }), ({ kind }) =>
          kind === 'work' ? { status_code: 200, body: stream.next().value ?? 0 } : null,
        )
        fc.pre(ran.status === 'SUCCEEDED')
        const { transitions } = forecast(graph, machine, () => 1)

        expect(ran.entered.length).toBeGreaterThanOrEqual(transitions.min)
        expect(ran.entered.length).toBeLessThanOrEqual(transitions.max)
      }),
      { numRuns: 80 },
    )
  }, 60_000)
})
