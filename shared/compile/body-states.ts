import type { Expressions, Scope } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { raisedFrom, raisedState } from './errors.ts'
import { asValue } from './exits.ts'
import type { Frame, Zone } from './frame.ts'
import { framesOf } from './names.ts'
import { reachable } from './reachable.ts'
import { readsOf } from './reads.ts'
import type { Assign, Shop } from './shop.ts'
import { traceVariable } from './trace.ts'

/**
 * The scope of an item or a branch. Its variables start empty: whatever is read in it before it is assigned would end
 * the run. One Pass sets them, if there are any.
 */
export function bodyStates(body: Zone, states: States, given: Assign, begin: string, shop: Shop): Scope {
  const raised = { [raisedFrom(body, shop)]: raisedState(body) }
  const used = reachable({ StartAt: body.scope.start, States: { ...states, ...raised } })
  // Who comes to the Fail state has assigned what it reads.
  const read = readsOf({ ...used.States, [raisedFrom(body, shop)]: null })
  const empty = Object.entries(emptyVariables(body)).filter(([name]) => read.has(name))
  const assign = { ...Object.fromEntries(empty), ...given }
  if (Object.keys(assign).length === 0) return used
  return {
    StartAt: begin,
    States: { [begin]: { Type: 'Pass', Assign: assign, Output: {}, Next: body.scope.start }, ...used.States },
  }
}

function emptyVariables({ frame, container }: Zone): Assign {
  const variables: Assign = emptyResults(frame)
  for (const [name, variable] of frame.latest) variables[variable] = outerLatest(frame, name)
  variables[`${frame.prefix}last`] = asValue(container?.last ?? 'null')
  variables[`${frame.prefix}lastError`] = asValue(`$${frame.outer?.prefix ?? ''}lastError`)
  variables[traceVariable(frame)] = {}
  return variables
}

/** Null for the result of every step of the frame. */
export function emptyResults(frame: Frame): Assign {
  const speaking = frame.spots.filter(({ step }) => !step.silent)
  return Object.fromEntries(
    speaking.flatMap(({ variable, aliases }) => [variable, ...aliases]).map((name) => [name, null]),
  )
}

function outerLatest(frame: Frame, name: string): Expressions {
  const outer = framesOf(frame)
    .slice(1)
    .find(({ latest }) => latest.has(name))
  return outer ? asValue(`$${outer.latest.get(name)}`) : null
}
