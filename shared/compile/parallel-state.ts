import { expression } from '../asl/expression.ts'
import type { Expressions, ParallelState } from '../asl/states.ts'
import type { States } from '../steps/define.ts'
import { bodyStates } from './body-states.ts'
import { catchers } from './errors.ts'
import { givesTrace, leave } from './exits.ts'
import type { Spot } from './frame.ts'
import { leftStates } from './left-state.ts'
import { assignResult, type Shop } from './shop.ts'
import { isTraced, traceVariable, traceWith } from './trace.ts'

/** A Parallel state: branches in the order of their names, so that the order of writing does not show. */
export function parallelStates(spot: Spot, shop: Shop): States {
  const bodies = [...spot.bodies]
  const branches = bodies.map(([, body]) =>
    bodyStates(body, shop.write(body), {}, shop.names.helper(body.scope.start, 'begin'), shop),
  )
  const outputs: [string, Expressions][] = []
  const traces: string[] = []
  for (const [index, [name, body]] of bodies.entries()) {
    const traced = givesTrace(body, shop)
    outputs.push([name, expression(traced ? `$states.result[${index}].output` : `$states.result[${index}]`)])
    if (traced) traces.push(`$states.result[${index}].trace`)
  }
  const result: Expressions = Object.fromEntries(outputs)
  const trace = isTraced(spot, shop.plan)
    ? { [traceVariable(spot.zone.frame)]: expression(traceWith(spot, traces)) }
    : {}
  const state: ParallelState = {
    Type: 'Parallel',
    Branches: branches,
    Output: {},
    Catch: catchers(spot, shop),
    ...leave(spot, 'default', { ...assignResult(spot, result), ...trace }, result, shop),
  }
  return leftStates(spot, state, shop)
}
