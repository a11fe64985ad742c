import type { MapState, ParallelState, State } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { errorTarget } from './errors.ts'
import { isHeld, type Spot } from './frame.ts'
import { stubborn } from './retry.ts'
import { callStep, sentByStep } from './sent.ts'
import type { Shop } from './shop.ts'

/**
 * A step with bodies, and what follows when one of them fails. The engine drops the others where they stand, but their
 * questions and children would stay open: if the run goes on, they are closed first. A run that ends closes them itself.
 */
export function leftStates(spot: Spot, state: MapState | ParallelState, shop: Shop): States {
  const { node } = spot
  const target = errorTarget(spot, shop)
  const held = heldIn(spot, shop)
  if (held.length === 0 || endsScope(target, shop)) return { [node.id]: state }
  const left = shop.names.helper(node.id, 'left')
  const close: State = {
    ...callStep(shop, { ...sentByStep(spot, 'leave'), held }, 60),
    Retry: [stubborn],
    // The run goes on even if they cannot be closed: they expire.
    Catch: ['States.DataLimitExceeded', 'States.ALL'].map((error) => ({
      ErrorEquals: [error],
      Output: {},
      Next: target,
    })),
    Next: target,
  }
  const caught = state.Catch?.map((catcher) => ({ ...catcher, Next: left })) ?? []
  return { [node.id]: { ...state, Catch: caught }, [left]: close }
}

/** True if nothing of the scope comes after it: then whoever takes the error closes what is open. */
function endsScope(target: string, shop: Shop): boolean {
  return target === shop.names.failed || [...shop.raised.values()].includes(target)
}

/** Ids of the steps inside that stand still, in an order that does not depend on how they were written. */
function heldIn(spot: Spot, { plan }: Shop): string[] {
  const inside = [...plan.spots.values()].filter((one) => isHeld(one) && isInside(one, spot))
  return inside.map(({ node }) => node.id).sort()
}

function isInside({ zone: { container } }: Spot, outer: Spot): boolean {
  return container !== null && (container === outer || isInside(container, outer))
}
