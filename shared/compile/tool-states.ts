import { constantText, expression } from '../asl/expression.ts'
import type { Catcher, Expressions, State } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import type { TurnTool } from '../steps/turns.ts'
import type { Circle } from './circle.ts'
import { messageOf } from './messages.ts'
import type { ParamWriter } from './params.ts'
import { stubborn, transient } from './retry.ts'
import { writeArgs } from './secrets.ts'
import { callStep, sentByStep } from './sent.ts'
import type { Assign } from './shop.ts'
import { secondsOf, sentByToken } from './wait-state.ts'
import { workCall } from './work-state.ts'

/** Most characters of the talk with a tool's result: beyond it the result counts as a failure of the tool. */
const mostCharacters = 100_000

/**
 * The state in which one tool works, and back to the Choice: with its result, or with its failure, which the next turn is
 * told in the result's place. Nothing that a tool does fails the run.
 */
export function toolStates(
  circle: Circle,
  tool: TurnTool,
  number: number,
  writer: ParamWriter,
): { name: string; states: States } {
  const { spot, shop } = circle
  const name = shop.names.helper(spot.node.id, `tool${number}`)
  if (tool.how !== 'ask') return { name, states: { [name]: toolState(circle, tool, writer, null) } }
  const late = shop.names.helper(spot.node.id, `late${number}`)
  return {
    name,
    states: {
      [name]: toolState(circle, tool, writer, late),
      [late]: expiredState(circle, tool),
    },
  }
}

/** What the record of the tool says of itself. */
function known({ spot, iter }: Circle, { type, name }: TurnTool): { [member: string]: Expressions } {
  return { type, as: type, name: constantText(`${spot.node.name}: ${name}`), iter }
}

function toolState(circle: Circle, tool: TurnTool, writer: ParamWriter, late: string | null): State {
  const { spot, choose } = circle
  const asked = `${spot.zone.frame.prefix}asked`
  const onLate: Catcher[] =
    late === null
      ? []
      : [
          {
            ErrorEquals: ['States.Timeout'],
            Assign: { [asked]: expression('$states.context.State.EnteredTime') },
            Output: {},
            Next: late,
          },
        ]
  const result = tool.how === 'work' ? '$states.result.Payload' : '$states.result'
  return {
    ...callOf(circle, tool, writer),
    Catch: [...onLate, ...['States.DataLimitExceeded', 'States.ALL'].map((error) => failed(circle, error))],
    Next: choose,
    Assign: tell(circle, result, tool),
  }
}

function callOf(circle: Circle, tool: TurnTool, writer: ParamWriter) {
  const { spot, shop } = circle
  if (tool.how === 'work') {
    const sent = {
      ...sentByStep(spot, 'work'),
      ...known(circle, tool),
      ...writeArgs(tool.args, writer, spot.node.id),
      // A model cannot read what only stands for a result.
      whole: true,
    }
    return workCall(spot, sent, shop)
  }
  const { first: _, ...byToken } = sentByToken(spot, tool.how, tool.args, writer, shop)
  const payload = {
    ...byToken,
    ...known(circle, tool),
    ...(tool.how === 'ask' ? { onTimeout: 'fail' } : {}),
  }
  return { ...callStep(shop, payload, secondsOf(spot, shop) + 1, true), Retry: [transient] }
}

/** Adds what the tool gave, unless it is too much. */
function tell(circle: Circle, result: string, { gives }: TurnTool): Assign {
  const { talk } = circle
  const tooLarge = `The result is too large: the conversation may have ${mostCharacters} characters`
  const refused = `{"error": {"code": "Agent.ResultTooLarge", "message": "${tooLarge}"}}`
  const fits = `$length($string([${talk}.talk, {"result": $r}])) <= ${mostCharacters}`
  const given = gives ? gives(result) : result
  return added(circle, `($r := ${given}; ${fits} ? {"result": $r} : ${refused})`)
}

function failed(circle: Circle, error: string): Catcher {
  const { choose } = circle
  const message = messageOf('$states.errorOutput')
  const told = `{"error": {"code": $states.errorOutput.Error, "message": $substring(${message}, 0, 2000)}}`
  return { ErrorEquals: [error], Assign: added(circle, told), Output: {}, Next: choose }
}

/** The talk with one more entry, and the call after this one. */
function added({ talk, call }: Circle, told: string): Assign {
  const entry = `$merge([{"call": ${call}.id}, ${told}])`
  return {
    [talk.slice(1)]: expression(
      `$merge([${talk}, {"talk": [${talk}.talk, ${entry}], "next": ${talk}.next + 1}])`,
    ),
  }
}

/** Records that nobody answered in time; the model is told so. */
function expiredState(circle: Circle, tool: TurnTool): State {
  const { spot, shop, choose } = circle
  const payload = {
    ...sentByStep(spot, 'expire'),
    ...known(circle, tool),
    askedAt: expression(`$${spot.zone.frame.prefix}asked`),
  }
  const told = added(circle, '{"error": {"code": "Wait.Expired", "message": "Nobody answered in time"}}')
  return {
    ...callStep(shop, payload, 60),
    Retry: [stubborn],
    // The run goes on even if its record cannot be written; the sweep closes the wait.
    Catch: ['States.DataLimitExceeded', 'States.ALL'].map((error) => ({
      ErrorEquals: [error],
      Assign: told,
      Output: {},
      Next: choose,
    })),
    Next: choose,
    Assign: told,
  }
}
