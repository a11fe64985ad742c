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
export function catchers(spot: Spot, shop: Shop, timeouts: string[] = []): Catcher[] {
  const list: Catcher[] = []
  const late = spot.node.next.timeout
  if (late !== undefined) {
    const Assign = assignError(spot, caughtName, caughtCause)
    list.push({ ErrorEquals: ['States.Timeout', ...timeouts], Assign, Output: {}, Next: late })
  }
  const target = errorTarget(spot, shop)
  if (target === null) return list
  // `failed` makes a message of what it gets, so that most states need not.
  const cause = target === shop.names.failed ? rawCause : caughtCause
  return [
    ...list,
    tooLarge(spot, target),
    { ...tooLarge(spot, target), ErrorEquals: ['States.ALL'], Assign: assignError(spot, caughtName, cause) },
  ]
}

/** States.ALL does not include the error of a payload that is too large. */
function tooLarge(spot: Spot, target: string): Catcher {
  const name = 'States.DataLimitExceeded'
  return {
    ErrorEquals: [name],
    Assign: assignError(spot, name, 'A value is larger than 256 KiB'),
    Output: {},
    Next: target,
  }
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
const rawCause = expression('"" & $states.errorOutput.Cause')

/** The message of the error that a catcher has before it. */
export const caughtCause = expression(messageOf('$states.errorOutput'))

/** The message of an error that `failed` is given. */
export const lastMessage = expression(messageOf('{"Error": $lastError.error, "Cause": $lastError.cause}'))

/**
 * JSONata of an error's message. A function's comes as JSON text `{errorType, errorMessage, trace}`; it is cut out rather
 * than parsed, because an expression that fails in a catcher ends the run.
 */
function messageOf(error: string): string {
  const inner = `$substringBefore($substringAfter($c, '"errorMessage":"'), '","trace":')`
  const plain = `$replace($replace($replace($replace(${inner}, /"\\}$/, ""), '\\\\"', '"'), '\\\\n', ' '), '\\\\\\\\', '\\\\')`
  const silent = `$e.Error = "States.Timeout" ? "The step took too long" : ""`
  return `($e := ${error}; $c := "" & $e.Cause; $substring($c, 0, 14) = '{"errorType":"' ? ${plain} : $c = "" ? (${silent}) : $c)`
}
