import { describe, expect, test } from 'vitest'
import { problemLines } from './problem-lines.ts'

const table: [title: string, definition: string, problems: string[]][] = [
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
