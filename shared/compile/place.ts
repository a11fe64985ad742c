import { expression } from '../asl/expression.ts'
import type { ChoiceRule, Expressions } from '../asl/states.ts'
import type { Case, Place, States } from '../steps/define.ts'
import type { Json } from '../world.ts'
import { eachStates } from './each-state.ts'
import { raise } from './errors.ts'
import { endScope, leave, leaveChoice, leftBefore, withAssign } from './exits.ts'
import type { Spot } from './frame.ts'
import { loopStates } from './loop-states.ts'
import { lookupAt } from './names.ts'
import { parallelStates } from './parallel-state.ts'
import { type ParamWriter, writeParams } from './params.ts'
import { assignResult, type Shop } from './shop.ts'
import { assignTrace } from './trace.ts'
import { askStates, subflowStates } from './wait-state.ts'
import { workStates } from './work-state.ts'

/** What a step writes its states with: it says what it is, the place knows where it stands. */
export function placeOf(spot: Spot, shop: Shop): Place {
  const writer = writeParams(lookupAt(spot, shop.plan.graph))
  const { node } = spot
  return {
    id: node.id,
    node,
    has: (outcome) => node.next[outcome] !== undefined,
    value: writer.value,
    text: writer.text,
    formula: writer.formula,
    pass: (output) => ({ [node.id]: { Type: 'Pass', ...moveOn(spot, output, shop) } }),
    hold: (timing) => ({ [node.id]: { Type: 'Wait', ...timing, ...moveOn(spot, undefined, shop) } }),
    choose: (cases, otherwise) => choiceStates(spot, cases, otherwise, writer, shop),
    work: (args, options = {}) => workStates(spot, args, options, writer, shop),
    ask: (args, options = {}) => askStates(spot, args, options, writer, shop),
    subflow: (args) => subflowStates(spot, args, writer, shop),
    each: (options) => eachStates(spot, options, writer, shop),
    loop: (when, maxIterations) => loopStates(spot, when, maxIterations, shop),
    parallel: () => parallelStates(spot, shop),
    end: (output) => ({
      [node.id]: { Type: 'Pass', ...endScope(spot, assignTrace(spot, shop.plan), output, shop) },
    }),
    fail: (code, message) => failStates(spot, code, message, writer, shop),
  }
}

/** Leaves a native state with its output, if it has one. */
function moveOn(spot: Spot, output: Expressions | undefined, shop: Shop) {
  const result = output === undefined ? leftBefore(spot) : output
  const assign = output === undefined ? {} : assignResult(spot, output)
  return leave(spot, 'default', { ...assign, ...assignTrace(spot, shop.plan) }, result, shop)
}

function choiceStates(spot: Spot, cases: Case[], otherwise: string, writer: ParamWriter, shop: Shop): States {
  const states: States = {}
  const trace = assignTrace(spot, shop.plan)
  const way = (outcome: string) => leaveChoice(spot, outcome, trace, leftBefore(spot), shop, states)
  const Choices: ChoiceRule[] = cases.map(({ when, to }) => ({
    Condition: expression(writer.condition(when)),
    ...way(to),
  }))
  const { Next: Default, ...rest } = way(otherwise)
  return { [spot.node.id]: { Type: 'Choice', Choices, Default, ...rest }, ...states }
}

function failStates(spot: Spot, code: Json, message: Json, writer: ParamWriter, shop: Shop): States {
  const states: States = {}
  const error = writer.text(code)
  const cause = writer.text(message)
  const { Next, Assign } = raise(spot, error, cause, shop, states, false)
  const [own] = Object.values(states)
  if (own) return { [spot.node.id]: own }
  return {
    [spot.node.id]: { Type: 'Pass', Next, ...withAssign({}, { ...Assign, ...assignTrace(spot, shop.plan) }) },
  }
}
