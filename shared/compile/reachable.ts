import type { Scope } from '../asl/states.ts'
import { targetsOf } from './state-graph.ts'

/**
 * The scope without helper states that nothing leads to: where every step of a flow fails, nothing finishes, and where no
 * step of a body can fail, nothing is caught.
 */
export function reachable(scope: Scope): Scope {
  const open = [scope.StartAt]
  const found = new Set<string>()
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = scope.States[name]
    if (!state || found.has(name)) continue
    found.add(name)
    open.push(...targetsOf(state))
  }
  return {
    StartAt: scope.StartAt,
    States: Object.fromEntries(Object.entries(scope.States).filter(([name]) => found.has(name))),
  }
}
