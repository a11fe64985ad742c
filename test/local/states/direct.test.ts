import { expect, test } from 'vitest'
import { readExpression } from '../../../infra/local/states/definition/expression.ts'
import { readTemplate } from '../../../infra/local/states/program/template.ts'
import { evaluate } from '../../../infra/local/states/run/evaluate.ts'
import type { Frame } from '../../../infra/local/states/run/execution.ts'
import type { Machinery } from '../../../infra/local/states/run/machinery.ts'
import { jsonBytes } from '../../../infra/local/states/run/size.ts'
import type { Json } from '../../../shared/world.ts'
import { plainEvaluator } from './evaluator.ts'

const value: Json = {
  text: 'a',
  zero: 0,
  no: false,
  nothing: null,
  empty: [],
  one: [5],
  list: [{ a: 1 }, { a: [2, 3] }, {}],
  nested: { deep: { list: [[1], [2]] }, one: [{ a: [9] }] },
  and: { or: 1 },
  ünder_score1: 1,
}
const outer = { variables: { outer: value }, parent: null }
const frame = {
  variables: { x: value, list: [1, [2]], one: [1], none: [] },
  parent: outer,
  input: value,
  state: 'a',
  enteredAt: 0,
  retryCount: 2,
  token: null,
  execution: {
    arn: 'arn',
    name: 'n',
    input: JSON.stringify(value),
    startedAt: 5,
    machineArn: 'm',
    program: { name: 'p', roleArn: 'r' },
  },
} as unknown as Frame

const evaluators: Machinery = { pool: plainEvaluator } as Machinery
const refuse: Machinery = {
  pool: { evaluate: () => Promise.reject(new Error('asked')) },
} as unknown as Machinery

const members = [
  'text',
  'zero',
  'no',
  'nothing',
  'empty',
  'one',
  'list',
  'list.a',
  'one.a',
  'nested',
  'nested.deep.list',
  'nested.one.a',
  'text.length',
  'nothing.a',
  'absent',
  'absent.deeper',
  'toString',
  'constructor.name',
  '__proto__',
]
const heads = ['$x', '$outer', '$states.input', '$states.context.Execution.Input', '$states.result']
const sources = [
  ...heads.flatMap((head) => members.map((member) => `${head}.${member}`)),
  '$x',
  '$list',
  '$one',
  '$none',
  '$states.context.State.Name',
  '$states.context.State.EnteredTime',
  '$states.context.State.RetryCount',
  '$states.context.Execution.Id',
  '$states.context.Execution.StartTime',
  '$states.context.StateMachine.Name',
  '$states.context.Task.Token',
  '$states.context.Map.Item.Value',
]

async function outcome(work: () => Json | Promise<Json>): Promise<unknown> {
  try {
    return { value: JSON.parse(JSON.stringify(await work())) }
  } catch (error) {
    return (error as { error?: string }).error
  }
}

test('a plain path gives what JSONata gives', async () => {
  let direct = 0
  for (const source of sources) {
    const template = readTemplate(`{% ${source} %}`, 'f')
    const expression = readExpression(`{% ${source} %}`)
    const slow = { kind: 'formula' as const, expression: { ...expression, direct: null }, field: 'f' }

    const fast = await outcome(() => evaluate(evaluators, frame, template, { result: value }))
    const asked = await outcome(() => evaluate(evaluators, frame, slow, { result: value }))

    expect([source, fast]).toEqual([source, asked])
    const alone = await outcome(() => evaluate(refuse, frame, template, { result: value }))
    if (typeof alone === 'object') direct += 1
  }
  // Most need no evaluator at all.
  expect(direct).toBeGreaterThan(50)
})

test('an expression is handed only what it names', async () => {
  const seen: Record<string, unknown>[] = []
  const pool: Machinery['pool'] = {
    async evaluate(_, __, bindings) {
      seen.push(bindings)
      return null
    },
  }
  const template = (text: string) => readTemplate(`{% ${text} %}`, 'f')
  const ask = (text: string) => evaluate({ pool } as Machinery, frame, template(text), { result: 1 })

  await ask('$x.a & $count($one)')
  await ask('$states.context.State.Name & $states.input.text')
  await ask('$states.context.Execution.Input & $states.context.Execution.Id')
  await ask('$keys($states)')

  expect(Object.keys(seen[0] as object)).toEqual(['x', 'one'])
  expect(seen[1]).toMatchObject({ states: { context: { State: { Name: 'a' } }, input: { text: 'a' } } })
  expect(Object.keys((seen[1] as { states: { context: object } }).states.context)).toEqual(['State'])
  expect(seen[2]).toMatchObject({ states: { context: { Execution: { Input: { text: 'a' }, Id: 'arn' } } } })
  expect(seen[3]).toMatchObject({ states: { input: { text: 'a' }, result: 1, context: {} } })
})

test.each([
  value,
  'plain',
  'quote " backslash \\ line \n tab \t nul \u0000',
  'ünï😀',
  '\ud800 alone',
  { 'k"ey': ['a', { b: null }] },
  [1.5, -0, 1e21, 1e-7, true],
  [],
  {},
  [[], {}],
  null,
])('the size of %j is that of its text', (json) => {
  expect(jsonBytes(json)).toBe(Buffer.byteLength(JSON.stringify(json)))
})
