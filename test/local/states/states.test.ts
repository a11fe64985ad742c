import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from '../../../shared/world.ts'
import { type Engine, openEngine, settle } from './open-engine.ts'
import { end, pass, read, run, type States, start, task } from './run-machine.ts'

let engine: Engine

beforeAll(async () => {
  engine = await openEngine({ functions: { double: (payload) => Number(payload) * 2 } })
})
afterAll(() => engine.states.close())

interface Case {
  name: string
  states: States
  input?: Json
  output: Json
}

const cases: Case[] = [
  { name: 'a Pass hands its input on', states: { a: pass(end) }, input: { n: 1 }, output: { n: 1 } },
  {
    name: 'Output replaces what a state puts out, constants and expressions mixed',
    states: {
      a: pass({ Output: { is: '{% $states.input.n + 1 %}', list: ['{% $states.input.n %}', 'x'] }, ...end }),
    },
    input: { n: 1 },
    output: { is: 2, list: [1, 'x'] },
  },
  {
    name: 'Assign and Output see the values at entry',
    states: {
      a: pass({ Assign: { x: 1 }, Next: 'b' }),
      b: pass({ Assign: { x: '{% $x + 1 %}', y: '{% $x %}' }, Output: '{% $x %}', Next: 'c' }),
      c: pass({ Output: { x: '{% $x %}', y: '{% $y %}', in: '{% $states.input %}' }, ...end }),
    },
    output: { x: 2, y: 1, in: 1 },
  },
  {
    name: 'a Task gives the function’s result with its status',
    states: { a: task('double', '{% $states.input %}', end) },
    input: 4,
    output: { ExecutedVersion: '$LATEST', Payload: 8, StatusCode: 200 },
  },
  {
    name: 'a function may be named by its ARN',
    states: {
      a: task('arn:aws:lambda:us-east-1:000000000000:function:double:$LATEST', 2, {
        Output: '{% $states.result.Payload %}',
        ...end,
      }),
    },
    output: 4,
  },
  {
    name: 'a Choice takes the first rule that holds, with its Assign and Output',
    states: {
      a: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n > 5 %}', Next: 'large' },
          { Condition: '{% $states.input.n > 1 %}', Assign: { why: 'some' }, Output: 'mid', Next: 'end' },
        ],
        Default: 'large',
      },
      large: pass({ Assign: { why: 'other' }, Next: 'end' }),
      end: pass({ Output: '{% $why & " " & $states.input %}', ...end }),
    },
    input: { n: 2 },
    output: 'some mid',
  },
  {
    name: 'a Choice without a rule that holds goes to Default, with its own Assign',
    states: {
      a: {
        Type: 'Choice',
        Choices: [{ Condition: '{% false %}', Next: 'b' }],
        Default: 'b',
        Assign: { x: 'd' },
      },
      b: pass({ Output: '{% $x %}', ...end }),
    },
    output: 'd',
  },
  {
    name: 'Succeed ends with its Output',
    states: { a: { Type: 'Succeed', Output: { done: '{% $states.input.n %}' } } },
    input: { n: 3 },
    output: { done: 3 },
  },
  {
    name: 'a Wait of no time goes on',
    states: { a: { Type: 'Wait', Seconds: '{% 0 %}', Output: 'on', ...end } },
    output: 'on',
  },
  {
    name: 'branches of a Parallel give a list in their order and read outer variables',
    states: {
      a: pass({ Assign: { base: 10 }, Next: 'p' }),
      p: {
        Type: 'Parallel',
        Arguments: { n: 1 },
        Branches: [
          {
            StartAt: 'l',
            States: { l: task('double', '{% $base %}', { Output: '{% $states.result.Payload %}', ...end }) },
          },
          {
            StartAt: 'r1',
            States: {
              r1: pass({ Assign: { own: '{% $base + $states.input.n %}' }, Next: 'r2' }),
              r2: pass({ Output: '{% $own %}', ...end }),
            },
          },
        ],
        Assign: { both: '{% $states.result %}' },
        Next: 'z',
      },
      z: pass({ Output: { both: '{% $both %}', in: '{% $states.input %}' }, ...end }),
    },
    output: { both: [20, 11], in: [20, 11] },
  },
  {
    name: 'a Map runs its processor for each item, in order of the items',
    states: {
      m: {
        Type: 'Map',
        Items: '{% $states.input.list %}',
        MaxConcurrency: 2,
        ItemSelector: {
          v: '{% $states.context.Map.Item.Value %}',
          i: '{% $states.context.Map.Item.Index %}',
          k: '{% $states.input.k %}',
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'x',
          States: {
            x: pass({ Assign: { v: '{% $states.input.v %}' }, Next: 'y' }),
            y: task('double', '{% $v %}', { Output: '{% $states.result.Payload %}', Next: 'w' }),
            w: pass({ Output: '{% [$states.input, $v] %}', ...end }),
          },
        },
        ...end,
      },
    },
    input: { list: [1, 2, 3, 4, 5], k: 'k' },
    output: [
      [2, 1],
      [4, 2],
      [6, 3],
      [8, 4],
      [10, 5],
    ],
  },
  {
    name: 'a Map takes the state’s input for items, and items for inputs, by default',
    states: {
      m: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'x', States: { x: pass(end) } },
        ...end,
      },
    },
    input: [1, null, 'a'],
    output: [1, null, 'a'],
  },
  {
    name: 'a Map over nothing gives an empty list',
    states: {
      m: { Type: 'Map', Items: [], ItemProcessor: { StartAt: 'x', States: { x: pass(end) } }, ...end },
    },
    output: [],
  },
  {
    name: 'a Map in a Parallel in a Map keeps every variable in its place',
    states: {
      o: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: {
          StartAt: 's',
          States: {
            s: pass({ Assign: { outer: '{% $states.input %}' }, Next: 'p' }),
            p: {
              Type: 'Parallel',
              Branches: [
                {
                  StartAt: 'i',
                  States: {
                    i: {
                      Type: 'Map',
                      Items: [10, 20],
                      ItemProcessor: {
                        StartAt: 'j',
                        States: { j: pass({ Output: '{% $outer * $states.input %}', ...end }) },
                      },
                      ...end,
                    },
                  },
                },
              ],
              ...end,
            },
          },
        },
        ...end,
      },
    },
    output: [[[10, 20]], [[20, 40]]],
  },
  {
    name: 'the context tells of execution, machine and state',
    states: {
      a: pass({
        Output: {
          name: '{% $states.context.State.Name %}',
          retry: '{% $states.context.State.RetryCount %}',
          input: '{% $states.context.Execution.Input.n %}',
          redrive: '{% $states.context.Execution.RedriveCount %}',
          role: '{% $substringAfter($states.context.Execution.RoleArn, "role/") %}',
          machine: '{% $contains($states.context.StateMachine.Id, $states.context.StateMachine.Name) %}',
          whole: '{% $keys($states.context) %}',
          all: '{% $keys($states) %}',
        },
        ...end,
      }),
    },
    input: { n: 5 },
    output: {
      name: 'a',
      retry: 0,
      input: 5,
      redrive: 0,
      role: 'machines',
      machine: true,
      whole: ['Execution', 'State', 'StateMachine'],
      all: ['input', 'context'],
    },
  },
]

describe('a machine', () => {
  test.each(cases)('$name', async ({ states, input, output }) => {
    const ran = await run(engine, { States: states }, input ?? {})

    expect(ran).toMatchObject({ status: 'SUCCEEDED', output })
  })
})

test('at most as many items run at once as the Map allows', async () => {
  let running = 0
  let most = 0
  engine.functions.slow = async (payload) => {
    running += 1
    most = Math.max(most, running)
    await settle(3)
    running -= 1
    return payload
  }
  const map = (MaxConcurrency: number) => ({
    States: {
      m: {
        Type: 'Map',
        Items: '{% [1..50] %}',
        MaxConcurrency,
        ItemProcessor: { StartAt: 'x', States: { x: task('slow', '{% $states.input %}', end) } },
        Output: '{% $count($states.result) %}',
        ...end,
      },
    },
  })

  const three = await start(engine, map(3))
  await settle(300)
  const byThree = most
  most = 0
  const any = await start(engine, map(0))
  await settle(300)

  expect([await read(engine, three), await read(engine, any)]).toMatchObject([{ output: 50 }, { output: 50 }])
  expect(byThree).toBe(3)
  // An inline Map of AWS works on 40 items at once.
  expect(most).toBe(40)
})
