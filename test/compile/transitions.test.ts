import { describe, expect, test } from 'vitest'
import { compile } from '../../shared/compile/compile.ts'
import type { Json } from '../../shared/world.ts'
import { graphOf, type WrittenGraph } from './graph-of.ts'
import { type Answers, runGraph } from './run-graph.ts'

interface Row {
  title: string
  graph: WrittenGraph
  /** States of the machine, those of bodies included. */
  states: number
  /** States entered: what Standard bills. */
  transitions: number
  /** Calls of the step function, the end's own included. */
  calls: number
  output: Json
  answers?: Answers
}

const value = (value: Json, next?: string) => ({
  type: 'transform',
  params: { value },
  ...(next ? { next } : {}),
})
const final = (output: Json) => ({ type: 'final', params: { output } })

/** `init`, `finish`, `failed` and `failed_end`. */
const frame = 4

const rows: Row[] = [
  {
    title: 'one step',
    graph: { nodes: { a: final(1) } },
    states: frame + 1,
    transitions: 3,
    calls: 1,
    output: 1,
  },
  {
    title: 'transform, condition, final',
    graph: {
      nodes: {
        a: value('{{inputs.n + 1}}', 'b'),
        b: { type: 'condition', params: { when: '{{a > 1}}' }, next: { true: 'c', default: 'd' } },
        c: final('{{a}}'),
        d: final(null),
      },
    },
    states: frame + 4,
    transitions: 5,
    calls: 1,
    output: 3,
  },
  {
    title: 'five steps in a row',
    graph: {
      nodes: {
        a: { type: 'http', params: { url: 'https://example.com/' }, next: 'b' },
        b: value(1, 'c'),
        c: { type: 'log', params: { message: 'hi' }, next: 'd' },
        d: { type: 'approval', params: { message: 'ok?' }, next: 'e' },
        e: final('{{b}}'),
      },
    },
    // The approval brings `d_expired`.
    states: frame + 5 + 1,
    transitions: 7,
    calls: 4,
    output: 1,
    answers: { a: { status_code: 200 }, d: { decision: 'approve' } },
  },
  {
    title: 'an approval whose answers lead apart',
    graph: {
      nodes: {
        ask: { type: 'approval', params: { message: 'ok?' }, next: { approve: 'yes', reject: 'no' } },
        yes: final('yes'),
        no: final('no'),
      },
    },
    // `ask_route` and `ask_expired`.
    states: frame + 3 + 2,
    transitions: 5,
    calls: 2,
    output: 'no',
    answers: { ask: { decision: 'reject' } },
  },
  {
    title: 'an approval whose answers lead to one place',
    graph: {
      nodes: {
        ask: { type: 'approval', params: { message: 'ok?' }, next: { approve: 'on', reject: 'on' } },
        on: final('{{ask.decision}}'),
      },
    },
    states: frame + 2 + 1,
    transitions: 4,
    calls: 2,
    output: 'reject',
    answers: { ask: { decision: 'reject' } },
  },
  {
    title: 'a call with a row for client errors',
    graph: {
      nodes: {
        get: {
          type: 'http.request',
          params: { url: 'https://example.com/' },
          next: { success: 'ok', client_error: 'missing' },
        },
        ok: final('ok'),
        missing: final('{{get.status_code}}'),
      },
    },
    states: frame + 3 + 1,
    transitions: 5,
    calls: 2,
    output: 404,
    answers: { get: { status_code: 404 } },
  },
  {
    title: 'a loop of three rounds',
    graph: {
      nodes: {
        loop: {
          type: 'while',
          params: { when: '{{iteration < 3}}', body: { nodes: { one: value('{{iteration}}') } } },
          next: 'end',
        },
        end: final(['{{loop.iterations}}', '{{one}}']),
      },
    },
    // `loop_check`.
    states: frame + 3 + 1,
    // init, loop, 4 × loop_check, 3 × one, end, finish
    transitions: 11,
    calls: 1,
    output: [3, 2],
  },
  {
    title: 'a list of three items',
    graph: {
      nodes: {
        all: {
          type: 'each',
          params: { items: '{{inputs.list}}', body: { nodes: { one: value('{{item * 10}}') } } },
          next: 'end',
        },
        end: final('{{all}}'),
      },
    },
    // `all_item`, which gives an item its variables.
    states: frame + 3 + 1,
    transitions: 2 + 3 * 2 + 2,
    calls: 1,
    output: [10, 20, 30],
  },
  {
    title: 'two branches that read no variable of their own',
    graph: {
      nodes: {
        both: {
          type: 'parallel',
          params: {
            branches: {
              left: { nodes: { l: { type: 'http', params: { url: 'https://example.com/' } } } },
              right: { nodes: { r: { type: 'http', params: { url: 'https://example.com/' } } } },
            },
          },
          next: 'end',
        },
        end: final('{{both}}'),
      },
    },
    // In each branch a `_raised`, which only an error enters.
    states: frame + 4 + 2,
    transitions: 6,
    calls: 3,
    output: { left: [1], right: null },
    answers: { l: [1], r: null },
  },
  {
    title: 'a delay',
    graph: { nodes: { a: value(1, 'b'), b: { type: 'delay', params: { seconds: 5 } } } },
    states: frame + 2,
    transitions: 4,
    calls: 1,
    output: 1,
  },
  {
    title: 'another flow',
    graph: { nodes: { sub: { type: 'flow', params: { flowId: 'f' } } } },
    states: frame + 1,
    transitions: 3,
    calls: 2,
    output: { a: [] },
    answers: { sub: { a: [] } },
  },
]

describe.each(rows)('$title', (row) => {
  const graph = graphOf(row.graph)

  test(`compiles to ${row.states} states`, () => {
    expect(countStates(compile(graph, { kind: 'standard', stepFunction: 's', scriptFunction: 'js' }))).toBe(
      row.states,
    )
  })

  test(`takes ${row.transitions} transitions and ${row.calls} calls, and gives its output`, async () => {
    const ran = await runGraph(graph, { n: 2, list: [1, 2, 3] }, row.answers)

    expect(ran.output).toEqual(row.output)
    expect(ran.entered).toHaveLength(row.transitions)
    expect(ran.sent).toHaveLength(row.calls)
    expect(ran.sent.at(-1)).toMatchObject({ kind: 'end', outcome: 'completed', output: row.output })
  })
})

test('a failing run costs two transitions more than the step that fails', async () => {
  const graph = graphOf({ nodes: { no: { type: 'fail', params: { code: 'NO', message: 'not today' } } } })

  const ran = await runGraph(graph)

  expect(ran).toMatchObject({ status: 'FAILED', error: 'NO', cause: 'not today' })
  expect(ran.entered).toEqual(['init', 'no', 'failed', 'failed_end'])
})

function countStates(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const { States } = value as { States?: object }
  const own = States === undefined ? 0 : Object.keys(States).length
  return own + Object.values(value).reduce((sum: number, member) => sum + countStates(member), 0)
}
