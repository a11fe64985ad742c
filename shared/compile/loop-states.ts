import { expression } from '../asl/expression.ts'
import type { ChoiceRule, Expressions, State } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import type { Json } from '../world.ts'
import { raise } from './errors.ts'
import { checkOf, leaveChoice } from './exits.ts'
import type { Spot, Zone } from './frame.ts'
import { guardOf } from './guard.ts'
import { lookupAt } from './names.ts'
import { writeParams } from './params.ts'
import { counterOf } from './plan-graph.ts'
import { assignResult, type Shop } from './shop.ts'
import { assignTrace } from './trace.ts'

/**
 * A loop in the scope around it: the counter set to 0, a Choice before each round, and the body, whose last states count
 * on. A bound of the author's ends the loop; our own, for who set none, is an error, since nobody expects it.
 */
export function loopStates(spot: Spot, when: Json, maxIterations: number | undefined, shop: Shop): States {
  const body = spot.bodies.get('body') as Zone
  const counter = counterOf(spot)
  const guard = guardOf(spot, shop)
  // The condition may read the names that the loop gives its body.
  const condition = writeParams(lookupAt({ ...spot, zone: body }, shop.plan.graph), guard.keep).condition(
    when,
  )
  const states: States = {}
  const result: Expressions = { iterations: expression(`$${counter}`) }
  const { Next: Default, ...rest } = leaveChoice(
    spot,
    'default',
    assignResult(spot, result),
    result,
    shop,
    states,
  )
  const check: State = { Type: 'Choice', Choices: rounds(), Default, ...rest }
  const begin: State = {
    Type: 'Pass',
    Assign: { [counter]: 0, ...assignTrace(spot, shop.plan) },
    Next: checkOf(body, shop),
  }
  const asking = guard.before({ [checkOf(body, shop)]: check }, checkOf(body, shop))
  return { [spot.node.id]: begin, ...asking, ...states, ...shop.write(body) }

  function rounds(): ChoiceRule[] {
    const Next = body.scope.start
    if (maxIterations !== undefined)
      return [{ Condition: expression(`$${counter} < ${maxIterations} ? ${condition} : false`), Next }]
    const most = Math.min(shop.plan.openLimit, 1000)
    const cause = `The loop went on after ${most} rounds and has no maxIterations`
    const tooMany = raise(spot, 'While.TooManyIterations', cause, shop)
    return [
      { Condition: expression(`$${counter} >= ${most} ? ${condition} : false`), ...tooMany },
      { Condition: expression(condition), Next },
    ]
  }
}
