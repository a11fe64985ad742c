import { StartSyncExecutionCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../shared/aws/clock.ts'
import { openPool, type Pool } from '../../../shared/expressions/pool.ts'
import { type Engine, openEngine } from './open-engine.ts'
import { make, type States } from './run-machine.ts'

let pool: Pool
let engine: Engine

beforeAll(async () => {
  pool = openPool()
  engine = await openEngine({
    pool,
    clock: { ...systemClock, advance: async () => {}, leap: async () => {} },
  })
})
afterAll(async () => {
  await engine.states.close()
  pool.close()
})

const end = { End: true }

async function run(States: States, input: unknown = {}) {
  const stateMachineArn = await make(engine, { States }, 'EXPRESS')
  const { status, output, error, cause } = await engine.client.send(
    new StartSyncExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  )
  return { status, error, cause, output: output === undefined ? undefined : JSON.parse(output) }
}

test('expressions are evaluated by the contained pool: plain ones, total ones, and those that need a child', async () => {
  const ran = await run(
    {
      a: {
        Type: 'Pass',
        Assign: {
          n: '{% $states.input.n %}',
          list: '{% $map($states.input.list, function($v) { $v * 2 }) %}',
        },
        Next: 'b',
      },
      b: {
        Type: 'Pass',
        Output: {
          plain: '{% $n %}',
          total: '{% ($v := {"n": $n}.(n + 1); $exists($v) ? $v : null) %}',
          list: '{% $sum($list) %}',
          range: '{% $range(1, 5, 2) %}',
          merged: '{% $merge([{"a": 1}, {"at": $states.context.State.Name}]) %}',
          text: '{% $uppercase("x") & $string($n) %}',
        },
        ...end,
      },
    },
    { n: 4, list: [1, 2, 3] },
  )

  expect(ran).toMatchObject({
    status: 'SUCCEEDED',
    output: { plain: 4, total: 5, list: 12, range: [1, 3, 5], merged: { a: 1, at: 'b' }, text: 'X4' },
  })
})

test.each([
  ['an endless recursion', '{% ($f := function($n) { $f($n + 1) + 1 }; $f(1)) %}'],
  ['a text that fills the memory', '{% $length($pad("a", 500000000)) %}'],
  ['a type error', '{% 1 + "a" %}'],
  ['an error of the author’s own', '{% $error("mine") %}'],
])('H1 %s is an error of the state, and nothing else', async (_, source) => {
  const ran = await run({ a: { Type: 'Pass', Output: source, ...end } })

  expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' })
  expect(await run({ a: { Type: 'Pass', Output: '{% $sum([1, 2]) %}', ...end } })).toMatchObject({
    output: 3,
  })
})

test('more expressions at once than the pool takes wait their turn', async () => {
  const items = Array.from({ length: 400 }, (_, index) => index)
  const ran = await run(
    {
      m: {
        Type: 'Map',
        Items: '{% $states.input %}',
        ItemSelector: '{% $sum([$states.context.Map.Item.Value, 1]) %}',
        ItemProcessor: { StartAt: 'x', States: { x: { Type: 'Pass', ...end } } },
        ...end,
      },
    },
    items,
  )

  expect(ran).toMatchObject({ status: 'SUCCEEDED', output: items.map((item) => item + 1) })
})

test('of two fields that fail, both are waited for', async () => {
  const ran = await run({
    a: {
      Type: 'Pass',
      Assign: { x: '{% $error("late") %}', y: '{% $states.input.absent %}' },
      Output: ['{% $error("late too") %}', '{% $unknown %}'],
      ...end,
    },
  })

  expect(ran).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' })
})
