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

// It said "Invalid key in record", and not which would be a valid one.
test('the name of a branch that cannot be one is told what would be', () => {
  const text = `nodes: { a: { type: parallel, params: { branches: { "a b": { nodes: { b: { type: log, params: { message: x } } } } } } } }`

  expect(readDefinition(`metadata: { name: A }\n${text}`).problems).toContainEqual(
    expect.objectContaining({
      path: '/nodes/a/params/branches/a b',
      message: 'a b: Expected letters, digits, _ and -, a letter first',
    }),
  )
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
