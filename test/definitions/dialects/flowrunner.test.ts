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

test('scripts come with a later release; the step is named', () => {
  expect(
    problemLines(`nodes:
  a: { type: script, params: { script: "return \${x}" }, next: b }
  b: { type: transform, params: { script: "return input" }, next: c }
  c: { type: condition, params: { condition_script: "return 'x'" }, next: { x: d } }
  d: { type: condition_script, params: { script: x } }
`),
  ).toEqual([
    '2:8 error step_not_available /nodes/a/type',
    '3:8 error step_not_available /nodes/b/type',
    '4:8 error step_not_available /nodes/c/type',
    '5:8 error step_not_available /nodes/d/type',
  ])
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
