import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../shared/definitions/read.ts'
import type { JsonObject } from '../../shared/world.ts'

const problemsOf = (...triggers: JsonObject[]) =>
  readDefinition({
    metadata: { name: 'Hooked' },
    triggers,
    inputs: [{ name: 'deal', type: 'text' }],
    nodes: { end: { type: 'final', params: { output: 'done' } } },
  }).problems.map(({ severity, path, code }) => `${severity} ${path} ${code}`)
const hook = (more: JsonObject): JsonObject => ({ type: 'webhook', id: 'crm', ...more })

test.each([
  {},
  { respond: 'sync' },
  { verify: { kind: 'standard', secret: '{{secrets.HOOK}}' } },
  {
    verify: {
      kind: 'hmac',
      secret: '{{ secrets.HOOK }}',
      header: 'X-Sig',
      encoding: 'hex',
      prefix: 'sha256=',
    },
  },
  { verify: { kind: 'header', secret: '{{secrets.HOOK}}', header: 'X-Token' } },
  { verify: { kind: 'slack', secret: '{{secrets.HOOK}}' } },
  { inputs: { deal: '{{trigger.data.body.deal.id}} by {{trigger.data.headers."user-agent"}}' } },
  { inputs: { deal: '{{$exists(trigger.data.query.d) ? trigger.data.query.d : "none"}}' } },
])('takes %j', (more) => {
  expect(problemsOf(hook(more))).toEqual([])
})

describe('refuses', () => {
  test.each([
    ['a secret in the open', { verify: { kind: 'github', secret: 'hush' } }, '/triggers/0/verify/secret'],
    ['text around it', { verify: { kind: 'github', secret: 'a{{secrets.A}}' } }, '/triggers/0/verify/secret'],
    ['no verification', { verify: { kind: 'none' } }, '/triggers/0/verify/kind'],
    [
      'a header that is none',
      { verify: { kind: 'header', secret: '{{secrets.A}}', header: 'a b' } },
      '/triggers/0/verify/header',
    ],
    ['another answer', { respond: 'later' }, '/triggers/0/respond'],
    ['a bad id', { id: 'CRM' }, '/triggers/0/id'],
    ['an unknown member', { colour: 'red' }, '/triggers/0/colour'],
  ])('%s', (_what, more, path) => {
    expect(problemsOf(hook(more)).join()).toContain(`error ${path} `)
  })

  test('two of one id', () => {
    expect(problemsOf(hook({}), hook({}))).toContain('error /triggers/1 duplicate_trigger')
  })

  test.each([
    ['a loop', '{{$map(trigger.data.body.items, function($i) { $i.id })}}', 'mapping_not_simple'],
    ['a sort', '{{$sort(trigger.data.body.items)}}', 'mapping_not_simple'],
    ['a step', '{{end.value}}', 'mapping_name'],
    ['an input', '{{inputs.deal}}', 'mapping_name'],
    ['a secret', '{{secrets.HOOK}}', 'secret_misplaced'],
    ['half an expression', '{{trigger.data', 'expression_syntax'],
  ])('inputs with %s', (_what, deal, code) => {
    expect(problemsOf(hook({ inputs: { deal } }))).toContain(`error /triggers/0/inputs/deal ${code}`)
  })

  test('expressions in names; and tells of inputs that nobody declared', () => {
    expect(problemsOf(hook({ inputs: { deal: { '{{trigger.data}}': 1 } } })).join()).toContain(
      'expression_in_key',
    )
    expect(problemsOf(hook({ inputs: { dael: '{{trigger.data.body.id}}' } }))).toEqual([
      'warning /triggers/0/inputs/dael unknown_input',
    ])
  })
})
