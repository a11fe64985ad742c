import fc from 'fast-check'
import type { Graph } from '../../shared/definitions/graph.ts'
import { graphOf, type WrittenGraph, type WrittenNode, type WrittenScope } from './graph-of.ts'

/** A step before it has a name and knows the others: numbers that its place gives a meaning to. */
interface Seed {
  pick: number
  links: number[]
  text: string
  bodies: Seed[][]
}

/** Literal texts: what opens an expression, in either notation, is left out. */
const texts = fc.oneof(
  fc.constantFrom(
    '',
    'plain',
    '{% 1 %}',
    '{%',
    'a%}',
    'two\nlines',
    'é "quoted" \\ \u2028',
    '$x & "y"',
    '}}',
  ),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/\{\{|\$\{/g, '')),
)

function seeds(depth: number, most: number): fc.Arbitrary<Seed[]> {
  const bodies: fc.Arbitrary<Seed[][]> =
    depth === 0 ? fc.constant([]) : fc.array(seeds(depth - 1, 3), { minLength: 2, maxLength: 3 })
  const seed = fc.record({
    pick: fc.nat(99),
    links: fc.array(fc.nat(99), { minLength: 6, maxLength: 6 }),
    text: texts,
    bodies,
  })
  return fc.array(seed, { minLength: 1, maxLength: most })
}

/** Definitions as an author writes them (`nodes` dialect), each of which can be published. */
export const documents: fc.Arbitrary<WrittenGraph & { metadata: { name: string } }> = seeds(2, 8).map(
  (list) => {
    const counter = { next: 0 }
    return { metadata: { name: 'Generated' }, ...scopeFrom(list, [], counter) }
  },
)

/** The same as graphs. */
export const graphs: fc.Arbitrary<Graph> = documents.map((written) => graphOf(written))

/** Loops are short and shallow, so that every generated flow keeps within its history. */
function scopeFrom(
  list: Seed[],
  outer: string[],
  counter: { next: number },
): WrittenScope & { start: string } {
  const ids = list.map(() => `s${counter.next++}${counter.next % 3 === 0 ? '-x' : ''}`)
  const names = [...outer]
  const nodes: Record<string, WrittenNode> = {}
  for (const [index, seed] of list.entries()) {
    const id = ids[index] as string
    nodes[id] = nodeFrom(seed, ids.slice(index + 1), names, counter)
    if (!silent.has(nodes[id].type)) names.push(id.includes('-') ? `nodes.\`${id}\`` : id)
  }
  return { start: ids[0] as string, nodes }
}

const silent = new Set(['condition', 'delay', 'log', 'final', 'fail'])

function nodeFrom(seed: Seed, later: string[], names: string[], counter: { next: number }): WrittenNode {
  const { links, text } = seed
  const name = names[(links[0] ?? 0) % Math.max(1, names.length)] ?? 'inputs.a'
  const target = later[(links[1] ?? 0) % Math.max(1, later.length)]
  const [following] = later
  const row = (...outcomes: string[]): Record<string, string> => {
    const rows: Record<string, string> = following === undefined ? {} : { default: following }
    if (target !== undefined)
      for (const [index, outcome] of outcomes.entries())
        if ((links[index + 2] ?? 0) % 2 === 0) rows[outcome] = target
    return rows
  }
  const body = (index: number) => scopeFrom(seed.bodies[index] ?? [], names, counter)
  const kinds: (() => WrittenNode)[] = [
    () => ({
      type: 'transform',
      params: { set: { a: `{{${name}.a}}`, b: text, c: [[1], `{{last}}`] } },
      next: row(),
    }),
    () => ({ type: 'transform', params: { value: `{{[${name}, 1]}}` }, next: row() }),
    () => ({ type: 'condition', params: { when: `{{${name}.n > 3}}` }, next: row('true', 'false') }),
    () => ({
      type: 'condition',
      params: {
        cases: [
          { when: `{{${name} = "x"}}`, to: 'one' },
          { when: true, to: 'two' },
        ],
      },
      next: row('one', 'two'),
    }),
    () => ({
      type: 'http.request',
      params: {
        url: 'https://example.com/',
        headers: { 'X-Key': 'k {{secrets.KEY}}' },
        body: { t: text, v: `{{${name}}}` },
      },
      next: row('client_error', 'error', 'timeout'),
      retry: { maxAttempts: 2, intervalSeconds: 1, backoffRate: 2 },
    }),
    () => ({ type: 'log', params: { message: `${text} {{${name}}}` }, next: row('error') }),
    () => ({
      type: 'approval',
      params: { message: `m ${text} {{last}}` },
      next: row('reject', 'timeout', 'error'),
    }),
    () => ({
      type: 'client-tool',
      params: { toolName: 'tool', parameters: { v: `{{${name}}}` } },
      next: row('error'),
    }),
    () => ({ type: 'delay', params: { seconds: `{{${name}.n}}` }, next: row() }),
    () => ({
      type: 'flow',
      params: { flowId: 'f', inputs: { v: `{{approval.decision}}` } },
      next: row('error'),
    }),
  ]
  const nesting: (() => WrittenNode)[] = [
    () => ({
      type: 'each',
      params: {
        items: `{{${name}}}`,
        maxItems: 5,
        onItemError: (links[5] ?? 0) % 2 === 0 ? 'continue' : 'stop',
        body: body(0),
      },
      next: row('error'),
    }),
    () => ({
      type: 'while',
      params: { when: '{{iteration < 2}}', maxIterations: 3, body: body(0) },
      next: row(),
    }),
    () => ({ type: 'parallel', params: { branches: { one: body(0), two: body(1) } }, next: row('error') }),
  ]
  const ends: (() => WrittenNode)[] = [
    () => ({ type: 'final', params: { output: `{{${name}}}` } }),
    () => ({ type: 'fail', params: { code: 'CODE', message: `${text}{{lastError.cause}}` } }),
  ]
  const choices = [...kinds, ...(seed.bodies.length > 0 ? nesting : []), ...(later.length === 0 ? ends : [])]
  return (choices[seed.pick % choices.length] as () => WrittenNode)()
}
