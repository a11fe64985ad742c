import { components } from '../../components.ts'
import { pointerOf } from '../../pointer.ts'
import { findStep } from '../../steps/index.ts'
import type { Graph, Scope } from '../graph.ts'
import { errorAt, type Finding } from '../problem.ts'
import { everyScope } from '../walk.ts'

/** Every step can be reached, and nothing goes round without a pause. */
export function checkReach(graph: Graph): Finding[] {
  return everyScope(graph).flatMap(({ scope, pointer }) => [
    ...unreachable(scope, pointer),
    ...roundabouts(scope, pointer),
  ])
}

function unreachable(scope: Scope, pointer: string): Finding[] {
  const seen = new Set<string>()
  const open = [scope.start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || !Object.hasOwn(scope.nodes, id)) continue
    seen.add(id)
    open.push(...targetsOf(scope, id))
  }
  return Object.keys(scope.nodes)
    .filter((id) => !seen.has(id))
    .map((id) =>
      errorAt(
        at(pointer, id),
        'unreachable',
        `No way leads from ${scope.start} to ${id}: connect it or remove it`,
        id,
      ),
    )
}

/**
 * Sets of steps that lead back to each other with neither a wait nor a delay among them: such a run would not end before
 * its history is full. What is to be repeated belongs into a `while`, which counts.
 */
function roundabouts(scope: Scope, pointer: string): Finding[] {
  const running = Object.keys(scope.nodes).filter((id) => !pauses(scope, id))
  return cycles(running, (id) => targetsOf(scope, id)).map((ids) => {
    const around =
      ids.length === 1 ? `${ids[0]} leads back to itself` : `${ids.join(', ')} lead back to each other`
    const message = `${around} without a wait: repeat with a while step, or put a wait or delay between`
    return errorAt(at(pointer, ids[0] as string), 'cycle', message, ids[0])
  })
}

function pauses(scope: Scope, id: string): boolean {
  const step = findStep(scope.nodes[id]?.type ?? '')
  return step === undefined || step.kind === 'wait' || step.holdsSeconds !== undefined
}

function targetsOf(scope: Scope, id: string): string[] {
  return Object.values(scope.nodes[id]?.next ?? {}).filter((target) => Object.hasOwn(scope.nodes, target))
}

function at(pointer: string, id: string): string {
  return `${pointer}/nodes${pointerOf([id])}`
}

/** The strongly connected sets that hold a cycle, in the order of the ids. */
function cycles(ids: string[], targetsOf: (id: string) => string[]): string[][] {
  return components(ids, targetsOf)
    .filter((members) => members.length > 1 || targetsOf(members[0] as string).includes(members[0] as string))
    .map((members) => ids.filter((id) => members.includes(id)))
    .sort((a, b) => ids.indexOf(a[0] as string) - ids.indexOf(b[0] as string))
}
