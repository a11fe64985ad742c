import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import { problemLines } from './problem-lines.ts'

const table: [title: string, definition: string, problems: string[]][] = [
  [
    'M13 an unknown key anywhere',
    `metadata: { name: A, author: me }
triggers: [{ type: api, secure: true }]
inputs: [{ name: a, type: text, kind: x }]
settings: { retry: 3, concurrency: { key: "{{inputs.a}}", max: 2 } }
version: 3
nodes:
  a:
    type: each
    color: red
    retries: 3
    params:
      items: "{{list}}"
      speed: fast
      body:
        nodes: { b: { type: log, params: { message: x, lvl: info } } }
        end: b
`,
    [
      '1:22 error unknown_key /metadata/author',
      '2:25 error unknown_key /triggers/0/secure',
      '3:33 error unknown_key /inputs/0/kind',
      '4:13 error unknown_key /settings/retry',
      '4:59 error unknown_key /settings/concurrency/max',
      '5:1 error unknown_key /version',
      '9:5 error unknown_key /nodes/a/color',
      '10:5 error unknown_key /nodes/a/retries',
      '12:17 warning unknown_name /nodes/a/params/items',
      '13:7 error unknown_key /nodes/a/params/speed',
      '15:56 error unknown_key /nodes/a/params/body/nodes/b/params/lvl',
      '16:9 error unknown_key /nodes/a/params/body/end',
    ],
  ],
  [
    'H7 bad ids, unknown types and targets',
    `nodes:
  a: { type: http.request, params: { url: "https://x.example" }, next: { default: b, error: gone } }
  b: { type: htp, next: 1a }
  1a: { type: final }
  a-b: { type: log, params: { message: x }, next: a_b }
  a_b: { type: passkey, params: { requiredParams: [x] } }
  no: yes
  empty: {}
`,
    [
      '2:86 error unknown_target /nodes/a/next/error',
      '3:8 error unknown_type /nodes/b/type',
      '4:3 error bad_step_id /nodes/1a',
      '5:3 error several_starts /nodes/a-b',
      '6:3 error id_collision /nodes/a_b',
      '6:10 error unknown_type /nodes/a_b/type',
      '7:3 error invalid_type /nodes/no',
      '7:3 error several_starts /nodes/no',
      '8:3 error required /nodes/empty/type',
      '8:3 error several_starts /nodes/empty',
    ],
  ],
  [
    'H7 two starts and an explicit start that is not there',
    `nodes:
  a: { type: log, params: { message: x }, next: c }
  b: { type: log, params: { message: x }, next: c }
  c: { type: each, params: { items: [1], body: { start: z, nodes: { y: { type: final } } } } }
`,
    ['3:3 error several_starts /nodes/b', '4:50 error unknown_start /nodes/c/params/body/start'],
  ],
  [
    'H7 an unreachable step, a cycle, a self-loop, and a cycle that waits',
    `start: a
nodes:
  a: { type: log, params: { message: x }, next: b }
  b: { type: condition, params: { when: "{{last = 1}}" }, next: { "true": a, "false": c } }
  c: { type: approval, params: { message: Again?, onTimeout: fail }, next: { reject: d, approve: e } }
  d: { type: log, params: { message: x }, next: c }
  e: { type: log, params: { message: x }, next: e }
  f: { type: delay, params: { seconds: 5 }, next: g }
  g: { type: log, params: { message: x }, next: f }
`,
    [
      '3:3 error cycle /nodes/a',
      '7:3 error cycle /nodes/e',
      '8:3 error unreachable /nodes/f',
      '9:3 error unreachable /nodes/g',
    ],
  ],
  [
    'H7 duplicate ids over bodies, and targets across them',
    `nodes:
  a:
    type: parallel
    params:
      branches:
        left: { nodes: { b: { type: log, params: { message: x }, next: c } } }
        right: { nodes: { b: { type: final } } }
    next: c
  c: { type: final }
`,
    [
      '6:66 error unknown_target /nodes/a/params/branches/left/nodes/b/next',
      '7:27 error duplicate_id /nodes/a/params/branches/right/nodes/b',
    ],
  ],
  [
    'options that a step would not obey',
    `nodes:
  a: { type: transform, params: { value: 1 }, retry: { maxAttempts: 2 }, timeoutSeconds: 3, next: b }
  b: { type: condition, params: { cases: [{ when: "{{a = 1}}", to: c }] }, output: x, next: { default: c, error: c } }
  c: { type: final, next: a }
`,
    [
      '2:47 error not_supported /nodes/a/retry',
      '2:74 error not_supported /nodes/a/timeoutSeconds',
      '3:76 error not_supported /nodes/b/output',
      '3:107 error unknown_outcome /nodes/b/next/error',
      '4:21 error not_supported /nodes/c/next',
    ],
  ],
  [
    'M14 outcomes without a row',
    `nodes:
  a: { type: condition, params: { cases: [{ when: "{{last = 1}}", to: b }, { when: "{{last = 2}}", to: hgih }] }, next: { b: b } }
  b: { type: condition, params: { cases: [{ when: "{{last = 1}}", to: lost }] }, next: { default: c } }
  c: { type: approval, params: { message: OK?, onTimeout: { decision: reject } }, next: { approve: d } }
  d: { type: http, params: { url: "https://x.example" }, next: { client_error: e } }
  e: { type: http, params: { url: "https://x.example" }, next: { success: f } }
  f: { type: user.set-password, params: { userId: u, password: "{{e.body}}" }, next: { error: g } }
  g: { type: user.find, params: { userId: u }, next: { error: h } }
  h: { type: log, params: { message: ok } }
`,
    [
      '2:115 warning outcome_without_row /nodes/a/next',
      '3:67 warning outcome_without_row /nodes/b/params/cases/0/to',
      '4:83 warning outcome_without_row /nodes/c/next',
      '5:58 warning outcome_without_row /nodes/d/next',
      // f is an error there; what g has not found ends the run in silence.
      '8:48 warning outcome_without_row /nodes/g/next',
    ],
  ],
  [
    'what happens when nobody answers an approval',
    `nodes:
  a: { type: approval, params: { message: x }, next: { default: b } }
  b: { type: approval, params: { message: x, onTimeout: branch }, next: { default: c } }
  c: { type: approval, params: { message: x, onTimeout: fail }, next: { default: d, timeout: d } }
  d: { type: approval, params: { message: x }, next: { default: e, timeout: e } }
  e: { type: approval, params: { message: x, onTimeout: fail }, next: { default: f } }
  f: { type: final }
`,
    [
      '2:24 warning missing_timeout_policy /nodes/a/params/onTimeout',
      '3:46 error missing_timeout_row /nodes/b/params/onTimeout',
      '4:85 error row_without_effect /nodes/c/next/timeout',
    ],
  ],
  [
    'bad params, each with what would be right',
    `nodes:
  a: { type: http.request, params: { url: 5, method: FETCH, headers: [x], auth: { bearer: 1, digest: 2 } }, next: b }
  b: { type: approval, params: { onTimeout: never, approvals: 0, form: [{ name: "a b", type: txt }] }, next: { default: c, timeout: c } }
  c: { type: each, params: { items: "no list", concurrency: 41 }, next: d }
  d: { type: parallel, params: { branches: {} }, next: e }
  e: { type: final, params: [] }
`,
    [
      '2:38 error invalid_type /nodes/a/params/url',
      '2:46 error invalid_value /nodes/a/params/method',
      '2:61 error invalid_type /nodes/a/params/headers',
      '2:83 error invalid_type /nodes/a/params/auth/bearer',
      '2:94 error unknown_key /nodes/a/params/auth/digest',
      '3:24 error required /nodes/b/params/message',
      '3:34 error invalid_value /nodes/b/params/onTimeout',
      '3:52 error too_small /nodes/b/params/approvals',
      '3:75 error invalid_value /nodes/b/params/form/0/name',
      '3:88 error invalid_value /nodes/b/params/form/0/type',
      '4:20 error required /nodes/c/params/body',
      '4:30 error invalid_value /nodes/c/params/items',
      '4:48 error too_large /nodes/c/params/concurrency',
      '5:24 error required /nodes/d/params',
      '5:34 error invalid_value /nodes/d/params/branches',
      '6:21 error invalid_type /nodes/e/params',
    ],
  ],
  [
    'the header',
    `metadata: { name: 5, version: 1.0 }
triggers: [{ type: cron }, { type: webhook, id: a }, { type: webhook, id: a }, { type: journey, flowType: login }]
inputs:
  - { name: a, type: txt }
  - { name: __proto__, type: text }
  - { name: s, type: select, default: x }
  - { name: s, type: integer, default: 1.5 }
  - { name: t, type: text, options: [a], required: yes }
output: { type: objekt, pattern: "(a+)+$", properties: { a: { $ref: "https://x.example" } } }
settings: { timeoutSeconds: 0, syncSeconds: 26, durability: fast, concurrency: { limit: 0, whenFull: wait } }
start: 5
nodes: { a: { type: final } }
`,
    [
      '1:13 error invalid_type /metadata/name',
      '1:22 error invalid_type /metadata/version',
      '2:14 error invalid_value /triggers/0/type',
      '2:97 error invalid_value /triggers/3/flowType',
      '4:16 error invalid_value /inputs/0/type',
      '5:7 error invalid_value /inputs/1/name',
      '6:5 error required /inputs/2/options',
      '7:7 error duplicate_field /inputs/3/name',
      '7:31 error invalid_type /inputs/3/default',
      '8:42 error invalid_type /inputs/4/required',
      '9:11 error invalid_value /output/type',
      '9:25 error unknown_key /output/pattern',
      '9:63 error invalid_value /output/properties/a/$ref',
      '10:13 error too_small /settings/timeoutSeconds',
      '10:32 error too_large /settings/syncSeconds',
      '10:49 error invalid_value /settings/durability',
      '10:67 error required /settings/concurrency/key',
      '10:82 error too_small /settings/concurrency/limit',
      '10:92 error invalid_value /settings/concurrency/whenFull',
      '11:1 error unknown_start /start',
    ],
  ],
  [
    'names that are not there, as warnings',
    `inputs: [{ name: a, type: text }]
settings: { concurrency: { key: "{{inputs.b}}" } }
nodes:
  f: { type: http, params: { url: "https://x.example/{{a}}/{{inputs.a}}/{{b}}" }, output: customer, next: g }
  g:
    type: each
    params:
      items: "{{customer.body.list}}"
      body: { nodes: { i: { type: transform, params: { value: "{{item.x & index & customer.id & hm}}" } } } }
    next: h
  h: { type: final, params: { output: "{{[i, item, nodes.f, nodes.zz, f, last, user.email]}}" } }
`,
    [
      '2:36 warning unknown_name /settings/concurrency/key',
      '4:75 warning unknown_name /nodes/f/params/url',
      '9:97 warning unknown_name /nodes/g/params/body/nodes/i/params/value',
      '11:43 warning unknown_name /nodes/h/params/output',
      '11:46 warning unknown_name /nodes/h/params/output',
      '11:61 warning unknown_name /nodes/h/params/output',
      '11:71 warning unknown_name /nodes/h/params/output',
    ],
  ],
  [
    'secrets in wrong places',
    `settings: { concurrency: { key: "{{secrets.A}}" } }
nodes:
  a: { type: http, params: { url: "https://x.example", headers: { a: "Bearer {{secrets.A}}", b: "{{'x' & secrets.A}}" } }, next: b }
  b: { type: condition, params: { cases: [{ when: "{{secrets.A = 'x'}}", to: c }] }, next: c }
  c: { type: approval, params: { message: "{{secrets.A}}", onTimeout: fail }, next: secrets }
  secrets: { type: transform, params: { set: { a: [ { b: "{{secrets.A}}" } ] } } }
`,
    [
      '1:36 error secret_misplaced /settings/concurrency/key',
      '3:100 error secret_not_alone /nodes/a/params/headers/b',
      '4:54 error secret_misplaced /nodes/b/params/cases/0/when',
      '5:46 error secret_misplaced /nodes/c/params/message',
      '6:3 error reserved_name /nodes/secrets',
      '6:61 error secret_misplaced /nodes/secrets/params/set/a/0/b',
    ],
  ],
  [
    'expressions that cannot be read, at their place',
    `nodes:
  a:
    type: log
    params:
      message: "Hello {{name &}} and {{open"
      data:
        text: |
          first line
          then {{1 +}}
`,
    [
      '5:31 error expression_syntax /nodes/a/params/message',
      '9:21 error expression_syntax /nodes/a/params/data/text',
    ],
  ],
  [
    'M13 an expression in a key, where nobody would read it',
    `nodes:
  a: { type: transform, params: { set: { "{{inputs.name}}": 1 } } }
`,
    ['2:42 error expression_in_key /nodes/a/params/set/{{inputs.name}}'],
  ],
  [
    'names that shadow what expressions read',
    `nodes:
  last: { type: transform, params: { value: 1 }, next: b }
  b: { type: transform, params: { value: 1 }, output: inputs }
`,
    ['2:3 warning shadowed_name /nodes/last', '3:47 warning shadowed_name /nodes/b/output'],
  ],
]

describe('all problems of a definition are listed, in the order of the text', () => {
  test.each(table)('%s', (_, definition, problems) => {
    expect(problemLines(definition)).toEqual(problems)
  })
})

test('problems say what would be right and carry the step', () => {
  const { problems } = readDefinition(`nodes:
  fetch: { type: http.request, params: { url: 5, bodi: x }, next: { default: scroe } }
  score: { type: final }`)

  expect(problems.map(({ stepId, message }) => `${stepId}: ${message}`)).toEqual([
    'fetch: url must be text, not a number',
    'fetch: There is no key "bodi" here; allowed: url, method, headers, query, body, auth, expect',
    'fetch: There is no step scroe; did you mean score?',
    'score: Both fetch and score could be the first step: name one with start, or connect score',
  ])
})

describe('limits', () => {
  const chain = (count: number) => ({
    start: 's0',
    nodes: Object.fromEntries(
      Array.from({ length: count }, (_, n) => [
        `s${n}`,
        { type: 'log', params: { message: 'x' }, ...(n + 1 < count ? { next: `s${n + 1}` } : {}) },
      ]),
    ),
  })

  test('H8 500 steps are read, 501 and 10,000 are told to be too many', () => {
    expect(readDefinition(chain(500)).problems).toEqual([])
    expect(readDefinition(chain(501))).toMatchObject({
      graph: null,
      problems: [{ code: 'too_many_steps', path: '/nodes' }],
    })
    const many = Array.from({ length: 10_000 }, (_, n) => `s${n}: {type: log}`).join(', ')
    expect(readDefinition(`nodes: {${many}}`)).toMatchObject({
      graph: null,
      problems: [{ code: 'too_many_steps' }],
    })
  })

  test('H8 an id of 65 characters', () => {
    const problems = (length: number) =>
      readDefinition({ nodes: { ['a'.repeat(length)]: { type: 'final' } } }).problems

    expect(problems(64)).toEqual([])
    expect(problems(65)).toMatchObject([{ code: 'bad_step_id' }])
  })

  test('bodies may stand in bodies five deep', () => {
    const nested = (depth: number): object =>
      depth === 0
        ? { nodes: { end: { type: 'final' } } }
        : { nodes: { [`e${depth}`]: { type: 'each', params: { items: [1], body: nested(depth - 1) } } } }

    expect(readDefinition(nested(5) as never).problems).toEqual([])
    expect(readDefinition(nested(6) as never).problems).toMatchObject([{ code: 'too_deep' }])
  })

  test('loops that would fill the history are refused together', () => {
    const loop = (id: string, maxIterations: number, next: object) => ({
      [id]: {
        type: 'while',
        params: {
          when: '{{iteration < 10}}',
          maxIterations,
          body: { nodes: { [`${id}log`]: { type: 'log', params: { message: 'x' } } } },
        },
        ...next,
      },
    })
    const flow = (maxIterations: number) =>
      readDefinition({
        nodes: { ...loop('a', 900, { next: 'b' }), ...loop('b', maxIterations, {}) },
      } as never)

    expect(flow(900).problems).toEqual([])
    expect(flow(1000).problems).toMatchObject([
      { code: 'too_many_events', stepId: 'a' },
      { code: 'too_many_events', stepId: 'b' },
    ])
  })

  test('of very many problems the first thousand are listed', () => {
    const keys = Array.from({ length: 1500 }, (_, n) => `k${n}: 1`).join('\n')

    const { problems } = readDefinition(`${keys}\nnodes: {a: {type: final}}`)

    expect(problems).toHaveLength(1001)
    expect(problems.at(-1)).toMatchObject({ code: 'too_many_problems' })
  })
})

test('A8 a sub-flow that is not there is an error, once somebody can tell', () => {
  const flow = (flowId: string) => ({ nodes: { a: { type: 'flow', params: { flowId } } } })
  const flowExists = (flowId: string) => flowId === 'known'

  expect(readDefinition(flow('lost')).problems).toEqual([])
  expect(readDefinition(flow('known'), { flowExists }).problems).toEqual([])
  expect(readDefinition(flow('{{inputs.which}}'), { flowExists }).problems).toEqual([])
  expect(readDefinition(flow('lost'), { flowExists }).problems).toMatchObject([
    { severity: 'error', code: 'unknown_flow', path: '/nodes/a/params/flowId', stepId: 'a', line: 6 },
  ])
})
