import { expression } from '../asl/expression.ts'
import type { Catcher, Expressions, FailState } from '../asl/states.ts'
import { type ChoiceExit, withAssign } from './exits.ts'
import type { Spot, Zone } from './frame.ts'
import { caughtMessage, caughtStepId, messageOf } from './messages.ts'
import type { Assign, Shop } from './shop.ts'
import { assignFailedTrace } from './trace.ts'

/** The state that an error of a step goes to: its row, or where its scope fails to. */
export function errorTarget(spot: Spot, shop: Shop): string {
  return spot.node.next.error ?? failureOf(spot.zone, shop)
}

/**
 * Where a scope fails to. A catcher may not leave an item or a branch: there a Fail state hands the error to the step
 * that holds the body.
 */
function failureOf(zone: Zone, shop: Shop): string {
  if (zone.kind === 'run') return shop.names.failed
  if (zone.kind === 'loop') return failureOf((zone.container as Spot).zone, shop)
  return shop.caught.get(zone) ?? raisedFrom(zone, shop)
}

/** The Fail state of an item or a branch. */
export function raisedFrom(zone: Zone, shop: Shop): string {
  const name = shop.raised.get(zone) ?? shop.names.helper(zone.scope.start, 'raised')
  shop.raised.set(zone, name)
  return name
}

/** Tells the step that holds the body what failed in it, in the form in which a function's errors come. */
export function raisedState({ frame }: Zone): FailState {
  const error = `$${frame.prefix}lastError`
  const message = messageOf(`{"Error": ${error}.error, "Cause": ${error}.cause}`)
  const cause = `{"errorType": ${error}.stepId, "errorMessage": $substring(${message}, 0, 4000), "trace": []}`
  return { Type: 'Fail', Error: expression(`${error}.error`), Cause: expression(`$string(${cause})`) }
}

/** Catchers of a step's own state: its timeout row, if any, then everything else. */
export function catchers(spot: Spot, shop: Shop, timeouts: string[] = []): Catcher[] {
  const target = errorTarget(spot, shop)
  const late = spot.node.next.timeout
  const rowed: Catcher[] =
    late === undefined
      ? []
      : [
          catcher(['States.Timeout', ...timeouts], late, {
            ...assignCaught(spot, caughtMessage),
            ...assignFailedTrace(spot, shop.plan),
          }),
        ]
  // The last states make a message of what they get, so that most states need not.
  const cleaned = target === shop.names.failed || [...shop.raised.values()].includes(target)
  const assign = assignCaught(spot, cleaned ? rawCause : caughtMessage)
  const failed = assignFailedTrace(spot, shop.plan)
  // States.ALL does not include the error of a payload that is too large.
  return [
    ...rowed,
    catcher([tooLarge], target, { ...assignTooLarge(spot), ...failed }),
    catcher(['States.ALL'], target, { ...assign, ...failed }),
  ]
}

const tooLarge = 'States.DataLimitExceeded'

function catcher(ErrorEquals: string[], Next: string, Assign: Assign): Catcher {
  return { ErrorEquals, Assign, Output: {}, Next }
}

function assignTooLarge(spot: Spot): Assign {
  return assignError(spot, tooLarge, 'A value is larger than 256 KiB')
}

/** The error before a catcher. One that rose from a body keeps the id of the step that failed there. */
function assignCaught(spot: Spot, cause: string): Assign {
  const rises = spot.step.bodyKind === 'item' || spot.step.bodyKind === 'branch'
  const stepId = rises ? expression(caughtStepId(spot.node.id)) : spot.node.id
  return assignError(spot, caughtName, cause, stepId)
}

/** Leaves a step with an error that the machine itself finds; `row` false: not by the step's own error row. */
export function raise(spot: Spot, code: Expressions, cause: Expressions, shop: Shop, row = true): ChoiceExit {
  const Next = row ? errorTarget(spot, shop) : failureOf(spot.zone, shop)
  return withAssign({ Next }, assignError(spot, code, cause))
}

/** What a state assigns when its step has failed: `lastError`, in the variables of its zone. */
export function assignError(
  { node, zone }: Spot,
  error: Expressions,
  cause: Expressions,
  stepId: Expressions = node.id,
): Assign {
  return { [`${zone.frame.prefix}lastError`]: { stepId, error, cause } }
}

const caughtName = expression('$states.errorOutput.Error')
const rawCause = expression('"" & $states.errorOutput.Cause')
