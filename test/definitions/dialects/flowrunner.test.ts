import { describe, expect, test } from 'vitest'
import { readDefinition } from '../../../shared/definitions/read.ts'
import { problemLines } from '../problem-lines.ts'

const flow = `metadata:
  name: Orders
settings: { timeoutSeconds: 5m, waitTimeoutSeconds: 2h }
nodes:
  fetch:
    type: http.request
    params:
      url: "https://shop.example/orders/\${input.orderId}"
      headers: { Authorization: "Bearer \${secrets.SHOP}" }
      body: { note: "\${shared.note}", seconds: 2s, nodes: { type: x } }
    retry: { maxAttempts: 2, intervalSeconds: 2s }
    timeoutSeconds: 10s
    next: { default: check }
  check:
    type: condition
    params:
      conditions:
        - { condition: "\${input.status_code === 200}", action: ok }
        - { condition: "\${input.status_code === 404}", action: pause }
      default_action: bad
    next: { ok: done, bad: done }
  pause:
    type: wait
    params: { duration: 30s }
    next: all
  all:
    type: each
    params:
      items: "\${fetch.body}"
      body: { nodes: { one: { type: log, params: { message: "\${item.id}" }, timeoutSeconds: 1m } } }
    next: done
  done: { type: final }
`

describe('seed 003: the YAML of older flow runners', () => {
  const { graph, problems, written } = readDefinition(flow)

  test('reads without a problem and is told from nodes', () => {
    expect(problems).toEqual([])
    expect(written.dialect).toBe('flowrunner')
  })

  test('durations are seconds, except in the author’s own data', () => {
    expect(graph?.settings).toMatchObject({ timeoutSeconds: 300, waitTimeoutSeconds: 7200 })
    expect(graph?.nodes.fetch).toMatchObject({ timeoutSeconds: 10, retry: { intervalSeconds: 2 } })
    expect(graph?.nodes.fetch?.params.body).toMatchObject({ seconds: '2s', nodes: { type: 'x' } })
    expect(graph?.nodes.all?.bodies.body?.nodes.one?.timeoutSeconds).toBe(60)
    expect(graph?.nodes.pause).toMatchObject({
      type: 'delay',
      writtenType: 'wait',
      params: { seconds: '30s' },
    })
  })

  test('expressions become ours, in bodies too', () => {
    expect(graph?.nodes.fetch?.params.url).toMatch(/^https:\/\/shop\.example\/orders\/\{\{.*orderId.*\}\}$/)
    expect(graph?.nodes.all?.bodies.body?.nodes.one?.params.message).toMatch(/^\{\{.*item.*\}\}$/)
  })

  test('conditions are cases, default_action is the row that no case takes', () => {
    expect(graph?.nodes.check?.next).toEqual({ ok: 'done', default: 'done', pause: 'pause' })
    expect(graph?.nodes.check?.params.cases).toMatchObject([{ to: 'ok' }, { to: 'pause' }])
  })
})

describe('scripts of older flow runners', () => {
  const scripted = `nodes:
  a:
    type: script
    params:
      script: "return \`\${input.x} {{y}}\`"
      input: "\${shared.order}"
    timeoutSeconds: 2s
    next: b
  b: { type: transform, params: { script: "return input" }, next: c }
  c:
    type: condition
    params: { condition_script: "return input > 1 ? 'many' : 'few'", default_action: few }
    next: { many: d, few: e }
  d: { type: condition_script, params: { script: "return 'x'" }, next: { x: e, default: e } }
  e: { type: final }
`
  const { graph, problems, written } = readDefinition(scripted)

  test('are script steps, with their code as it was and all else translated', () => {
    expect(problems).toEqual([])
    expect(written.dialect).toBe('flowrunner')
    expect(Object.values(graph?.nodes ?? {}).map(({ type }) => type)).toEqual([
      ...Array(4).fill('script'),
      'final',
    ])
    expect(graph?.nodes.a).toMatchObject({
      params: { code: 'return `${input.x} {{y}}`', input: expect.stringMatching(/^\{\{.*order.*\}\}$/) },
      timeoutSeconds: 2,
    })
    expect(graph?.nodes.b?.params).toEqual({ code: 'return input' })
  })

  test('choose among the rows of next; default_action names the one for all else', () => {
    expect(graph?.nodes.c).toMatchObject({
      params: { code: "return input > 1 ? 'many' : 'few'" },
      next: { many: 'd', few: 'e', default: 'e' },
    })
  })

  test('are told of where their author wrote them', () => {
    expect(
      problemLines(`nodes:
  a: { type: transform, params: { script: "return )", note: 5 }, next: b }
  b: { type: condition, params: { condition_script: "return 'x'" }, next: { x: c } }
  c: { type: script, params: { script: 5, input: "\${secrets.KEY}" }, next: d }
  d: { type: script, next: e }
  e: { type: http.request, params: { url: "https://a.example/", script: "return 1" } }
`),
    ).toEqual([
      '2:51 error script_syntax /nodes/a/params/script',
      '2:55 error unknown_key /nodes/a/params/note',
      '3:69 warning outcome_without_row /nodes/b/next',
      '4:32 error invalid_type /nodes/c/params/script',
      '4:43 error secret_misplaced /nodes/c/params/input',
      '5:3 error required /nodes/d/params/code',
      '6:65 error unknown_key /nodes/e/params/script',
    ])
  })

  test('our own script steps are of our own dialect, whatever stands in their code', () => {
    const own = readDefinition(`nodes:
  a: { type: script, params: { code: "return \`\${input.x} {{secrets.KEY}}\`" }, next: b }
  b: { type: final, params: { output: "{{a}}" } }
`)

    expect(own.problems).toEqual([])
    expect(own.written.dialect).toBe('nodes')
    expect(own.graph?.nodes.a?.params.code).toBe('return `${input.x} {{secrets.KEY}}`')
  })
})

test('problems point at what the author wrote', () => {
  expect(
    problemLines(`nodes:
  a:
    type: condition
    params:
      conditions:
        - { condition: "ok \${Math.random()}", action: x }
        - { condition: no, action: 5, when: x }
      default_action: gone
  b: { type: delay, params: { duration: soon } }
`),
  ).toEqual([
    '6:30 error expression_unsupported /nodes/a/params/conditions/0/condition',
    '6:47 warning outcome_without_row /nodes/a/params/conditions/0/action',
    '7:13 error invalid_value /nodes/a/params/conditions/1/condition',
    '7:28 error invalid_type /nodes/a/params/conditions/1/action',
    '8:7 error unknown_target /nodes/a/params/default_action',
    '9:3 error several_starts /nodes/b',
    '9:31 error invalid_value /nodes/b/params/duration',
  ])
})
