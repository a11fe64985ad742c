import { expression } from '../asl/expression.ts'
import type { Catcher, Expressions } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { type ChoiceExit, withAssign } from './exits.ts'
import type { Spot, Zone } from './frame.ts'
import type { Assign, Shop } from './shop.ts'

/** The state that an error of a step goes to; null = it rises to the step that holds the body. */
export function errorTarget(spot: Spot, shop: Shop): string | null {
  return spot.node.next.error ?? failureOf(spot.zone, shop)
}

/** Where a scope fails to. A catcher may not leave an item or a branch, so there an error rises by itself. */
function failureOf(zone: Zone, shop: Shop): string | null {
  if (zone.kind === 'run') return shop.names.failed
  if (zone.kind === 'loop') return failureOf((zone.container as Spot).zone, shop)
  return shop.caught.get(zone) ?? null
}

/** Catchers of a step's own state: its timeout row, if any, then everything else. */
export function catchers(spot: Spot, shop: Shop, timeouts: string[], silence: string): Catcher[] {
  const assign = assignError(spot, caughtName, caughtCause(silence))
  const list: Catcher[] = []
  const late = spot.node.next.timeout
  if (late !== undefined)
    list.push({ ErrorEquals: ['States.Timeout', ...timeouts], Assign: assign, Output: {}, Next: late })
  const target = errorTarget(spot, shop)
  if (target === null) return list
  // States.ALL does not include the error of a payload that is too large.
  for (const name of ['States.DataLimitExceeded', 'States.ALL'])
    list.push({ ErrorEquals: [name], Assign: assign, Output: {}, Next: target })
  return list
}

/** Leaves a step with an error that the machine itself finds. */
export function raise(
  spot: Spot,
  code: Expressions,
  cause: Expressions,
  shop: Shop,
  states: States,
  row = true,
): ChoiceExit {
  const target = row ? errorTarget(spot, shop) : failureOf(spot.zone, shop)
  if (target !== null) return withAssign({ Next: target }, assignError(spot, code, cause))
  const name = shop.names.helper(spot.node.id, 'failed')
  states[name] = { Type: 'Fail', Error: code as string, Cause: cause as string }
  return { Next: name }
}

/** True if an error in the scope has nowhere to go but up. */
export function risesFrom(zone: Zone, shop: Shop): boolean {
  return failureOf(zone, shop) === null
}

export function assignError({ node, zone }: Spot, error: Expressions, cause: Expressions): Assign {
  return { [`${zone.frame.prefix}lastError`]: { stepId: node.id, error, cause } }
}

const caughtName = expression('$states.errorOutput.Error')

/**
 * The message of an error. A function's comes as JSON text `{errorType, errorMessage, trace}`; it is cut out rather than
 * parsed, because an expression that fails in a catcher ends the run.
 */
export function caughtCause(silence: string): string {
  const inner = `$substringBefore($substringAfter($c, '"errorMessage":"'), '","trace":')`
  const plain = `$replace($replace($replace(${inner}, /"}$/, ""), '\\\\"', '"'), '\\\\n', ' ')`
  const isJson = `$substring($c, 0, 14) = '{"errorType":"'`
  return expression(
    `($c := $states.errorOutput.Cause; $type($c) = "string" ? (${isJson} ? ${plain} : $c) : ${JSON.stringify(silence)})`,
  )
}
