import { findStep } from '../../steps/index.ts'
import type { Graph, Node, Scope } from '../graph.ts'
import { errorAt, type Finding } from '../problem.ts'
import { everyStep } from '../walk.ts'

/** Most history events that a run may need by its author's own bounds; the engine ends a run at 25,000 (aws.md 1.2). */
export const maxEvents = 20_000

/** The loops that the author bounds himself must fit into one history, all of them together. */
export function checkLimits(graph: Graph): Finding[] {
  const events = eventsOf(graph)
  if (events <= maxEvents) return []
  return everyStep(graph)
    .filter(({ node }) => roundsOf(node) !== undefined)
    .map(({ node, pointer }) => {
      const message = `A run may write ${events} history events, ${maxEvents} are allowed: let ${node.id} repeat less`
      return errorAt(`${pointer}/params`, 'too_many_events', message, node.id)
    })
}

/** Bodies without a bound of the author's count once: the compiler bounds them so that they fit. */
function eventsOf(scope: Scope): number {
  return Object.values(scope.nodes).reduce((sum, node) => sum + ownEvents(node) + bodyEvents(node), 0)
}

function bodyEvents(node: Node): number {
  const bodies = Object.values(node.bodies)
  const inside = bodies.reduce((sum, body) => sum + eventsOf(body) + 4, 0)
  return (roundsOf(node) ?? 1) * inside
}

/** Generous: a wait with its route and the record of its expiry, a working step with its route. */
function ownEvents(node: Node): number {
  const step = findStep(node.type)
  if (step?.turns && step.params.safeParse(node.params).success) return step.turns.events(node.params)
  if (step?.kind === 'wait' || (step !== undefined && 'subflow' in step)) return 13
  return step?.kind === 'work' ? 7 : 6
}

function roundsOf(node: Node): number | undefined {
  const repeats = findStep(node.type)?.repeats
  const rounds = repeats?.of(node.params)
  return typeof rounds === 'number' ? Math.min(rounds, repeats?.limit ?? rounds) : undefined
}
