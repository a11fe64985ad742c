import { findStep } from '../../steps/index.ts'
import type { Graph, Node, Scope } from '../graph.ts'
import { errorAt, type Finding } from '../problem.ts'
import { everyStep } from '../walk.ts'

/** History events that the loops of one run may write together; the engine ends a run at 25,000. */
export const maxLoopEvents = 20_000

/** Loops that the author bounds himself must fit into one history, all together. */
export function checkLimits(graph: Graph): Finding[] {
  const total = eventsOf(graph)
  if (total <= maxLoopEvents) return []
  return everyStep(graph)
    .filter(({ node }) => timesOf(node) !== undefined)
    .map(({ node, pointer }) =>
      errorAt(
        `${pointer}/params`,
        'too_many_events',
        `With its loops the flow may write ${total} history events, ${maxLoopEvents} are allowed: let ${node.id} repeat less`,
        node.id,
      ),
    )
}

/** Events of one pass through a scope, counting only repeats that the author has bounded by a number. */
function eventsOf(scope: Scope): number {
  return Object.values(scope.nodes).reduce((sum, node) => sum + ownEvents(node) + bodyEvents(node), 0)
}

function bodyEvents(node: Node): number {
  const times = timesOf(node) ?? 1
  return Object.values(node.bodies).reduce((sum, body) => sum + times * (eventsOf(body) + 4), 0)
}

function ownEvents(node: Node): number {
  const kind = findStep(node.type)?.kind
  if (kind === 'work') return 5
  return kind === 'wait' ? 6 : 2
}

function timesOf(node: Node): number | undefined {
  const repeats = findStep(node.type)?.repeats
  const times = repeats?.of(node.params)
  return typeof times === 'number' ? times : undefined
}
