import { expect, test } from 'vitest'
import type { Machine, State } from '../../shared/asl/states.ts'
import { checkMachine } from '../../shared/compile/check-machine.ts'

const end: State = { Type: 'Succeed' }
const task = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: {} },
  End: true,
} as const

function machine(States: Record<string, State>): Machine {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0] as string, TimeoutSeconds: 10, States }
}

test.each<[string, Record<string, State>, string]>([
  [
    'a variable that nothing assigns',
    { a: { Type: 'Pass', Output: '{% $x %}', End: true } },
    'undefined_variable',
  ],
  ['$eval', { a: { Type: 'Pass', Output: '{% $eval("1") %}', End: true } }, 'undefined_variable'],
  ['??', { a: { Type: 'Pass', Output: '{% 1 ?? 2 %}', End: true } }, 'unsupported'],
  ['?:', { a: { Type: 'Pass', Output: '{% 1 ?: 2 %}', End: true } }, 'unsupported'],
  ['a half-open expression', { a: { Type: 'Pass', Output: { a: '{% 1' }, End: true } }, 'half_open'],
  ['a dotted variable', { a: { Type: 'Pass', Assign: { 'x.y': 1 }, End: true } }, 'bad_variable'],
  ['the variable states', { a: { Type: 'Pass', Assign: { states: 1 }, End: true } }, 'bad_variable'],
  [
    'an inner scope that assigns an outer variable',
    {
      a: { Type: 'Pass', Assign: { x: 1 }, Next: 'b' },
      b: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'c', States: { c: { Type: 'Pass', Assign: { x: 2 }, End: true } } }],
        End: true,
      },
    },
    'outer_variable',
  ],
  [
    'States.ALL that is not alone',
    { a: { ...task, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] } },
    'all_not_last',
  ],
  [
    'States.ALL that is not last',
    {
      a: {
        ...task,
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'b' },
          { ErrorEquals: ['X'], Next: 'b' },
        ],
      },
      b: end,
    },
    'all_not_last',
  ],
  [
    'a heartbeat as long as the timeout',
    { a: { ...task, TimeoutSeconds: 5, HeartbeatSeconds: 5 } },
    'heartbeat',
  ],
  [
    'a wait without a timeout',
    { a: { ...task, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' } },
    'no_timeout',
  ],
  ['a name of 81 characters', { ['n'.repeat(81)]: end }, 'name_too_long'],
  ['a target that is not there', { a: { Type: 'Pass', Next: 'nowhere' } }, 'asl_invalid'],
  [
    'a choice without a default',
    { a: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'b' }] } as unknown as State, b: end },
    'no_default',
  ],
])('%s is refused', (_, states, code) => {
  expect(checkMachine(machine(states), 'standard').map((issue) => issue.code)).toContain(code)
})

test('a wait in an Express machine is refused', () => {
  const wait: State = {
    ...task,
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    TimeoutSeconds: 5,
  }

  expect(checkMachine(machine({ a: wait }), 'standard')).toEqual([])
  expect(checkMachine(machine({ a: wait }), 'express')).toMatchObject([
    { code: 'token_in_express', path: '/States/a' },
  ])
})

test('H8 a machine of more than 1 MiB is refused, naming the limit', () => {
  const big = machine({ a: { Type: 'Pass', Assign: { x: 'x'.repeat(1_048_576) }, End: true } })

  expect(checkMachine(big, 'standard')).toMatchObject([
    { code: 'machine_too_large', message: expect.stringContaining('1048576') },
  ])
})

test('data may look like anything: members called States, texts of several lines, lists of lists', () => {
  const data = { States: 'CA', 'a.$': 'x', list: [[1, [2]]], text: 'two\nlines', empty: '' }
  const copy = structuredClone(data)
  const made = machine({ a: { Type: 'Pass', Assign: { x: data }, End: true } })

  expect(checkMachine(made, 'standard')).toEqual([])
  expect(data).toEqual(copy)
})

test('variables of an expression of its own, functions and what stands in texts are no unknown variables', () => {
  const Output = '{% ($v := "$nothing"; $f := function($a){ $a & $string($v) }; $f(1) & \'$x\') %}'

  expect(checkMachine(machine({ a: { Type: 'Pass', Output, End: true } }), 'standard')).toEqual([])
})
