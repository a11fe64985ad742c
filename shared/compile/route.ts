import { expression } from '../asl/expression.ts'
import type { ChoiceRule, Expressions } from '../asl/states.ts'
import type { States, WorkOptions } from '../steps/define.ts'
import { type Exit, leave, leaveChoice, leftBefore } from './exits.ts'
import { type Spot, targetOf } from './frame.ts'
import { assignResult, type Shop } from './shop.ts'
import { assignTrace } from './trace.ts'

/**
 * The way on from a state with a result. Only where results lead to more than one place does a Choice follow, which adds
 * itself to the states.
 */
export function routeState(
  spot: Spot,
  options: WorkOptions,
  result: Expressions,
  shop: Shop,
  states: States,
): Exit {
  const { routes = [], outcome = 'default' } = options
  const usual = targetOf(spot, outcome)
  const assign = { ...assignResult(spot, result), ...assignTrace(spot, shop.plan) }
  const left = spot.step.silent ? leftBefore(spot) : result
  if (routes.every((route) => targetOf(spot, route.outcome) === usual))
    return leave(spot, outcome, assign, left, shop)
  const known = expression(`$${spot.variable}`)
  const way = (name: string) => leaveChoice(spot, name, {}, known, shop, states)
  const Choices: ChoiceRule[] = routes.map((route) => ({
    Condition: expression(route.when(`$${spot.variable}`)),
    ...way(route.outcome),
  }))
  const { Next: Default, ...rest } = way(outcome)
  const name = shop.names.helper(spot.node.id, 'route')
  states[name] = { Type: 'Choice', Choices, Default, ...rest }
  return { Next: name, Assign: assign }
}
