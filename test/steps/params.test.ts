import { expect, test } from 'vitest'
import * as z from 'zod'
import { compile } from '../../shared/compile/compile.ts'
import { findStep } from '../../shared/steps/index.ts'
import { log } from '../../shared/steps/log.ts'
import { readSeconds, templated } from '../../shared/steps/params.ts'
import { graphOf } from '../compile/graph-of.ts'
import { runGraph } from '../compile/run-graph.ts'
import { fakeTools } from './fake-tools.ts'

test.each([
  [5, 5],
  ['500ms', 0.5],
  ['2s', 2],
  ['5m', 300],
  ['1.5 h', 5400],
  ['7d', 604_800],
  ['5', null],
  ['five', null],
  [-1, null],
  [Number.NaN, null],
])('the duration %j is %s s', (written, seconds) => {
  expect(readSeconds(written)).toBe(seconds)
})

test('a template stands wherever a scalar may, and other text is judged as it is', () => {
  const schema = z.strictObject({ n: templated(z.int().min(1)) })

  expect(schema.safeParse({ n: '{{inputs.n}}' }).success).toBe(true)
  expect(schema.safeParse({ n: 0 }).error?.issues).toMatchObject([{ code: 'too_small', path: ['n'] }])
  expect(schema.safeParse({}).error?.issues).toMatchObject([{ code: 'invalid_type', path: ['n'] }])
})

test('a condition is an expression, not a text that looks like one', () => {
  const params = findStep('condition')?.params

  expect(params?.safeParse({ when: 'customer.score > 80' }).error?.issues).toMatchObject([{ path: ['when'] }])
  expect(params?.safeParse({ when: '{{customer.score > 80}}' }).success).toBe(true)
  expect(params?.safeParse({}).success).toBe(false)
  expect(params?.safeParse({ when: true, cases: [{ when: true, to: 'a' }] }).success).toBe(false)
})

test('a delay waits whole seconds; what is no time at run time is no wait', async () => {
  const seconds = async (value: unknown, inputs = {}) => {
    const graph = graphOf({ nodes: { d: { type: 'delay', params: { seconds: value } } } })
    expect(await runGraph(graph, inputs)).toMatchObject({ status: 'SUCCEEDED' })
    return compile(graph, { kind: 'standard', stepFunction: 's', scriptFunction: 'js' }).States.d
  }

  expect(await seconds('500ms')).toMatchObject({ Type: 'Wait', Seconds: 1 })
  for (const n of [3, 2.5, -1, 'x', null, 1e12]) await seconds('{{inputs.n}}', { n })
})

test('a delay until a moment takes only moments', async () => {
  const graph = graphOf({ nodes: { d: { type: 'delay', params: { until: '{{inputs.at}}' } } } })

  for (const at of [
    '2026-03-01T06:00:00Z',
    '2028-02-29T06:00:00+01:00',
    '2026-02-30T00:00:00Z',
    'soon',
    null,
    5,
  ])
    expect(await runGraph(graph, { at })).toMatchObject({ status: 'SUCCEEDED' })
  expect(findStep('delay')?.params.safeParse({ until: 'soon' }).success).toBe(false)
})

test('log writes its line and leaves no output', async () => {
  const tools = fakeTools()

  expect(await log.run({ level: 'warn', message: 'hi', data: 5 }, tools)).toBeNull()
  await log.run({ level: 'loud', message: { a: 1 } }, tools)

  expect(tools.lines).toEqual([
    { level: 'warn', message: 'hi', data: { value: 5 } },
    { level: 'info', message: '{"a":1}', data: undefined },
  ])
})
