import { asJsonata, expression, isExpression, literalText } from '../asl/expression.ts'
import type { Expressions, State } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { type Spot, targetOf, type Zone } from './frame.ts'
import { counterOf } from './plan-graph.ts'
import type { Assign, Shop } from './shop.ts'
import { isTraced, keepsTrace, traceVariable, traceWith } from './trace.ts'

/** How a state is left. */
export type Exit = { Assign?: Assign } & ({ Next: string } | { End: true; Output: Expressions })

/** How a Choice is left: it has no `End`. */
export type ChoiceExit = { Assign?: Assign; Next: string }

/** The way on from a step's own state, or from a later one of its states (`own` false). */
export function leave(
  spot: Spot,
  outcome: string,
  assign: Assign,
  result: Expressions,
  shop: Shop,
  own = true,
): Exit {
  const target = spot.step.kind === 'end' ? null : targetOf(spot, outcome)
  if (target !== null) return withAssign({ Next: target }, assign)
  return endScope(spot, assign, result, shop, own)
}

/** The end of the scope that a step stands in. */
export function endScope(spot: Spot, assign: Assign, result: Expressions, shop: Shop, own = true): Exit {
  const { zone, node } = spot
  if (zone.kind === 'run') {
    const known = !spot.step.silent && shop.plan.fewEnds
    shop.enders.set(node.id, known ? `$${spot.variable}` : null)
    return withAssign(
      { Next: shop.names.finish },
      // A second copy of a large result could break the engine's limit for one `Assign`.
      { ...assign, ...(known ? {} : { outputs: result }), ended: node.id },
    )
  }
  if (zone.kind === 'loop') {
    const counter = counterOf(zone.container as Spot)
    return withAssign({ Next: checkOf(zone, shop) }, { ...assign, [counter]: expression(`$${counter} + 1`) })
  }
  return { End: true, Output: leaveBody(spot, result, shop, own) }
}

/** The same from a Choice. In an item or a branch, which must end with another state, one more state follows. */
export function leaveChoice(
  spot: Spot,
  outcome: string,
  assign: Assign,
  result: Expressions,
  shop: Shop,
  states: States,
): ChoiceExit {
  const exit = leave(spot, outcome, assign, result, shop, false)
  if ('Next' in exit) return exit
  return withAssign({ Next: doneState(spot, shop, states) }, assign)
}

/** Assigned variables can be read from the next state on, so this one reads the result from its variable. */
function doneState(spot: Spot, shop: Shop, states: States): string {
  const left = spot.step.silent ? leftBefore(spot) : expression(`$${spot.variable}`)
  const state: State = { Type: 'Pass', Output: leaveBody(spot, left, shop, false), End: true }
  const known = Object.keys(states).find((name) => JSON.stringify(states[name]) === JSON.stringify(state))
  const name = known ?? shop.names.helper(spot.node.id, 'done')
  states[name] = state
  return name
}

/** An `Output` that asl-validator takes: an object or an expression. */
function asOutput(value: Expressions): Expressions {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  if (typeof value === 'string' && isExpression(value)) return value
  if (Array.isArray(value))
    return value.some(isDynamic) ? value : expression(asJsonata(JSON.stringify(value)))
  return expression(typeof value === 'string' ? literalText(value) : JSON.stringify(value))
}

/** True if an expression stands anywhere in it. */
function isDynamic(value: unknown): boolean {
  if (typeof value === 'string') return isExpression(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(isDynamic)
}

/** What the scope has brought forth when a step without output ends it: in a body, nothing from before the body. */
export function leftBefore(spot: Spot): Expressions {
  let { zone } = spot
  while (zone.kind === 'loop' && zone.container) zone = zone.container.zone
  return zone.container && zone.container.last === spot.last ? null : asValue(spot.last)
}

/** A value given as JSONata. */
export function asValue(jsonata: string): Expressions {
  return jsonata === 'null' ? null : expression(jsonata)
}

/** A branch gives its trace to the step that holds it. */
function leaveBody(spot: Spot, result: Expressions, shop: Shop, own: boolean): Expressions {
  const { zone } = spot
  if (!givesTrace(zone, shop)) return asOutput(result)
  const trace = own && isTraced(spot, shop.plan) ? traceWith(spot, []) : `$${traceVariable(zone.frame)}`
  return { output: result, trace: expression(trace) }
}

/** True if the branch's output stands beside its trace. */
export function givesTrace({ kind, frame }: Zone, shop: Shop): boolean {
  return (
    kind === 'branch' &&
    frame.outer !== null &&
    keepsTrace(frame, shop.plan) &&
    keepsTrace(frame.outer, shop.plan)
  )
}

/** The state that asks whether a loop goes on. */
export function checkOf(zone: Zone, shop: Shop): string {
  const name = shop.checks.get(zone) ?? shop.names.helper((zone.container as Spot).node.id, 'check')
  shop.checks.set(zone, name)
  return name
}

/** Leaves `Assign` out where there is nothing to assign. */
export function withAssign<T extends object>(state: T, assign: Assign): T & { Assign?: Assign } {
  return Object.keys(assign).length === 0 ? state : { ...state, Assign: assign }
}
