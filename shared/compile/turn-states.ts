import { expression } from '../asl/expression.ts'
import type { ChoiceRule, Expressions, State } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import type { TurnsOptions } from '../steps/turns.ts'
import type { Circle } from './circle.ts'
import { assignError, catchers, errorTarget, raise } from './errors.ts'
import { leaveChoice } from './exits.ts'
import { type Spot, variableWord } from './frame.ts'
import type { Lookup } from './names.ts'
import { type ParamWriter, writeParams } from './params.ts'
import { writeArgs } from './secrets.ts'
import { sentByStep } from './sent.ts'
import { type Assign, assignResult, type Shop } from './shop.ts'
import { toolStates } from './tool-states.ts'
import { workCall } from './work-state.ts'

/**
 * A step that works in turns: its own state takes the first, a second one all others. After each comes a Choice by what the
 * turn wants: one tool after the other, then the next turn, or the way on. The talk lies in one variable, which the first
 * turn begins anew.
 */
export function turnStates(spot: Spot, options: TurnsOptions, lookup: Lookup, shop: Shop): States {
  const { node, zone } = spot
  const talk = `$${zone.frame.prefix}c_${variableWord(node.id)}`
  const call = `${talk}.calls[${talk}.next]`
  const choose = shop.names.helper(node.id, 'tool')
  const again = shop.names.helper(node.id, 'again')
  const lastTurn = `$string(${talk}.turn - 1)`
  const iter = iterOf(spot, `${lastTurn} & "." & $string(${talk}.next)`)
  const circle: Circle = { spot, shop, talk, choose, call, iter }
  const writer = writeParams(lookup)
  const withArgs = writeParams((name, path) => (name === 'args' ? `${call}.args` : lookup(name, path)))
  const tools = options.tools.map((tool, index) => toolStates(circle, tool, index + 1, withArgs))
  const states: States = {}
  const chooser = choiceState(circle, options, tools, again, states)
  return {
    [node.id]: turnState(circle, options, writer, null),
    [choose]: chooser,
    [again]: turnState(circle, options, writer, talk),
    ...states,
    ...Object.assign({}, ...tools.map((tool) => tool.states)),
  }
}

/** A place in the step, behind the loop indexes around it. */
function iterOf({ zone }: Spot, inside: string): Expressions {
  return expression(zone.iteration === null ? inside : `${zone.iteration} & "." & ${inside}`)
}

/** One turn; `talk` null: the first. */
function turnState(circle: Circle, options: TurnsOptions, writer: ParamWriter, talk: string | null): State {
  const { spot, shop, choose } = circle
  const { args, secrets } = writeArgs(options.args, writer, spot.node.id)
  const carried: Assign =
    talk === null
      ? {}
      : {
          talk: expression(`${talk}.talk`),
          turn: expression(`${talk}.turn`),
          usage: expression(`${talk}.usage`),
        }
  const sent = {
    ...sentByStep(spot, 'work'),
    iter: iterOf(spot, talk === null ? '"0"' : `$string(${talk}.turn)`),
    args: { ...args, ...carried },
    ...(secrets === undefined ? {} : { secrets }),
    ...(talk === null && spot.first ? { first: true } : {}),
  }
  const { code, message } = options.tooLarge
  const others = catchers(spot, shop, options.timeouts)
  return {
    ...workCall(spot, sent, shop),
    Catch: [
      {
        ErrorEquals: ['States.DataLimitExceeded'],
        Assign: assignError(spot, code, message),
        Output: {},
        Next: errorTarget(spot, shop),
      },
      ...others.filter(({ ErrorEquals }) => !ErrorEquals.includes('States.DataLimitExceeded')),
    ],
    Next: choose,
    Assign: { [circle.talk.slice(1)]: afterTurn(talk) },
  }
}

function afterTurn(talk: string | null): Expressions {
  const told = (member: string) => expression(`$states.result.Payload.${member}`)
  return {
    // A list constructor takes lists apart: this puts one behind the other.
    talk:
      talk === null
        ? expression('[$states.result.Payload.said]')
        : expression(`[${talk}.talk, $states.result.Payload.said]`),
    calls: expression('[$states.result.Payload.calls]'),
    next: 0,
    turn: talk === null ? 1 : expression(`${talk}.turn + 1`),
    usage: told('usage'),
    done: told('done'),
    output: told('output'),
  }
}

/** Done; else too many turns; else the tool that is next; else the next turn. */
function choiceState(
  { spot, shop, talk, call }: Circle,
  { tools, maxTurns, tooMany }: TurnsOptions,
  entries: { name: string }[],
  again: string,
  states: States,
): State {
  const output = expression(`${talk}.output`)
  const Choices: ChoiceRule[] = [
    {
      Condition: expression(`${talk}.done = true`),
      ...leaveChoice(spot, 'default', assignResult(spot, output), output, shop, states),
    },
    {
      Condition: expression(`${talk}.turn >= ${maxTurns}`),
      ...raise(spot, tooMany.code, tooMany.message, shop),
    },
    ...tools.map((_, index) => ({
      Condition: expression(`${call}.tool = ${index}`),
      Next: entries[index]!.name,
    })),
  ]
  return { Type: 'Choice', Choices, Default: again }
}
