import { expression } from '../asl/expression.ts'
import type { ChoiceRule, Expressions } from '../asl/states.ts'
import type { Case, Place, States } from '../steps/define.ts'
import type { Json } from '../world.ts'
import { eachStates } from './each-state.ts'
import { raise } from './errors.ts'
import { endScope, leave, leaveChoice, leftBefore } from './exits.ts'
import type { Spot } from './frame.ts'
import { type Guard, guardOf } from './guard.ts'
import { loopStates } from './loop-states.ts'
import { type Lookup, lookupAt } from './names.ts'
import { parallelStates } from './parallel-state.ts'
import { type ParamWriter, writeParams } from './params.ts'
import { scriptStates } from './script-state.ts'
import { assignResult, type Shop } from './shop.ts'
import { assignTrace } from './trace.ts'
import { turnStates } from './turn-states.ts'
import { askStates, subflowStates } from './wait-state.ts'
import { workStates } from './work-state.ts'

/** What a step writes its states with: it says what it is, the place knows where it stands. */
export function placeOf(spot: Spot, shop: Shop): Place {
  const lookup = lookupAt(spot, shop.plan.graph)
  const writer = writeParams(lookup)
  const { node } = spot
  // A task and a Map catch what their expressions fail with; a Pass, a Choice and a Wait cannot.
  const guard = guardOf(spot, shop)
  const safe = writeParams(lookup, guard.keep)
  const native = (states: States) => guard.before(states, node.id)
  return {
    id: node.id,
    node,
    has: (outcome) => node.next[outcome] !== undefined,
    value: safe.value,
    text: safe.text,
    formula: safe.formula,
    pass: (output) => native({ [node.id]: { Type: 'Pass', ...moveOn(spot, output, shop) } }),
    hold: (timing) => native({ [node.id]: { Type: 'Wait', ...timing, ...moveOn(spot, undefined, shop) } }),
    choose: (cases, otherwise) => native(choiceStates(spot, cases, otherwise, lookup, guard, shop)),
    work: (args, options = {}) => workStates(spot, args, options, writer, shop),
    ask: (args, options = {}) => askStates(spot, args, options, writer, shop),
    subflow: (args) => subflowStates(spot, args, writer, shop),
    script: (code, input, options = {}) => scriptStates(spot, code, input, options, writer, shop),
    turns: (options) => turnStates(spot, options, lookup, shop),
    each: (options) => eachStates(spot, options, writer, shop),
    loop: (when, maxIterations) => loopStates(spot, when, maxIterations, shop),
    parallel: () => parallelStates(spot, shop),
    end: (output) =>
      native({
        [node.id]: { Type: 'Pass', ...endScope(spot, assignTrace(spot, shop.plan), output, shop) },
      }),
    fail: (code, message) => native(failStates(spot, code, message, safe, shop)),
  }
}

/** Leaves a native state with its output, if it has one. */
function moveOn(spot: Spot, output: Expressions | undefined, shop: Shop) {
  const result = output === undefined ? leftBefore(spot) : output
  const assign = output === undefined ? {} : assignResult(spot, output)
  return leave(spot, 'default', { ...assign, ...assignTrace(spot, shop.plan) }, result, shop)
}

function choiceStates(
  spot: Spot,
  cases: Case[],
  otherwise: string,
  lookup: Lookup,
  guard: Guard,
  shop: Shop,
): States {
  const states: States = {}
  const trace = assignTrace(spot, shop.plan)
  const way = (outcome: string) => leaveChoice(spot, outcome, trace, leftBefore(spot), shop, states)
  const plain = cases.map(({ when }) => writeParams(lookup).condition(when))
  const Choices: ChoiceRule[] = cases.map(({ when, to }, index) => {
    // Evaluated ahead of its turn, a condition must not fail where an earlier one would have been true.
    const turn = (jsonata: string) =>
      guard.keep([...plain.slice(0, index).map((one) => `${one} ? false : `), jsonata].join(''))
    return { Condition: expression(writeParams(lookup, turn).condition(when)), ...way(to) }
  })
  const { Next: Default, ...rest } = way(otherwise)
  return { [spot.node.id]: { Type: 'Choice', Choices, Default, ...rest }, ...states }
}

function failStates(spot: Spot, code: Json, message: Json, writer: ParamWriter, shop: Shop): States {
  const { Next, Assign } = raise(spot, writer.text(code), writer.text(message), shop, false)
  return { [spot.node.id]: { Type: 'Pass', Next, Assign: { ...Assign, ...assignTrace(spot, shop.plan) } } }
}
