import { describe, expect, test } from 'vitest'
import { problemLines } from './problem-lines.ts'

const table: [title: string, definition: string, problems: string[]][] = [
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
]

describe('all problems of a definition are listed, in the order of the text', () => {
  test.each(table)('%s', (_, definition, problems) => {
    expect(problemLines(definition)).toEqual(problems)
  })
})
