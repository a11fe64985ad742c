import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../shared/asl/canonical.ts'
import { checkMachine } from '../../shared/compile/check-machine.ts'
import { compile } from '../../shared/compile/compile.ts'
import type { Graph, Scope } from '../../shared/definitions/graph.ts'
import type { JsonObject } from '../../shared/world.ts'
import { graphOf } from './graph-of.ts'
import { graphs } from './graphs.ts'
import { executionInput, runGraph } from './run-graph.ts'
import { runMachine, Thrown } from './run-machine.ts'

const options = {
  kind: 'standard',
  stepFunction: 'local-sluice-step',
  scriptFunction: 'local-sluice-script',
} as const

describe('any graph that validates', () => {
  test('P8 compiles to a machine that passes asl-validator and our own checks', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(checkMachine(compile(graph, options), 'standard')).toEqual([])
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  test('gives the same bytes again, in whatever order its steps and branches are written', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const bytes = canonicalJson(compile(graph, options))

        expect(canonicalJson(compile(graph, options))).toBe(bytes)
        expect(canonicalJson(compile(turned(graph), options))).toBe(bytes)
      }),
      { numRuns: 100 },
    )
  })

  test('runs to its end, reads no variable before it is assigned, and no expression fails', async () => {
    const answers = fc.infiniteStream(fc.nat(9))
    await fc.assert(
      fc.asyncProperty(graphs, answers, async (graph, stream) => {
        const ran = await runMachine(
          compile(graph, options),
          executionInput({ a: [1, 'x', { n: 7 }] }),
          (payload) =>
            payload.kind === 'end' || payload.kind === 'expire'
              ? null
              : answer(payload, stream.next().value ?? 0),
        )

        expect(ran.sent.at(-1)).toMatchObject({ kind: 'end' })
        expect(ran.sent.filter(({ kind }) => kind === 'end')).toHaveLength(1)
      }),
      { numRuns: 80 },
    )
  }, 60_000)
})

test('a literal comes out as it was written, whatever it looks like', async () => {
  const strings = fc.oneof(
    fc.constantFrom('{% 1 %}', '{%', '%}', '', 'a\nb', '\u2028', '\\u007b%'),
    fc.string({ unit: 'grapheme' }),
  )
  const values = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))
  await fc.assert(
    fc.asyncProperty(strings, values, async (text, value) => {
      fc.pre(!JSON.stringify([text, value]).includes('{{'))
      const output = { text, list: [text, [text, [value]]], value }
      const graph = graphOf({ nodes: { end: { type: 'final', params: { output } } } })

      expect(checkMachine(compile(graph, options), 'standard')).toEqual([])
      expect((await runGraph(graph)).output).toEqual(output)
    }),
    { numRuns: 40 },
  )
})

/** What a fake step function does: answers of all shapes, and now and then an error. */
function answer({ type }: JsonObject, choice: number) {
  if (choice === 0) throw new Thrown('States.Timeout', '')
  if (choice === 1) throw new Thrown('Http.5xx', 'HTTP request failed with status 500')
  if (choice === 2) throw new Thrown('States.DataLimitExceeded', 'too large')
  if (type === 'approval')
    return { decision: choice % 2 === 0 ? 'approve' : 'reject', decidedAt: 'now', message: null }
  if (choice === 3) return null
  if (choice === 4) return [1, { n: 2 }]
  if (choice === 5) return 'x'
  return { status_code: choice > 7 ? 404 : 200, n: choice, a: [choice] }
}

/** The same graph, written backwards. */
function turned(graph: Graph): Graph {
  return { ...graph, nodes: turnedScope(graph).nodes }
}

function turnedScope(scope: Scope): Scope {
  const nodes = Object.entries(scope.nodes)
    .reverse()
    .map(([id, node]) => {
      const bodies = Object.entries(node.bodies)
        .reverse()
        .map(([name, body]) => [name, turnedScope(body)] as const)
      const next = Object.fromEntries(Object.entries(node.next).reverse())
      return [id, { ...node, next, bodies: Object.fromEntries(bodies) }] as const
    })
  return { ...scope, nodes: Object.fromEntries(nodes) }
}
