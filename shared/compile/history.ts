import type { Graph, Node, Scope } from '../definitions/graph.ts'
import type { Issue } from '../faults.ts'
import { findStep } from '../steps/index.ts'
import type { Json } from '../world.ts'
import { mayFail } from './templates.ts'

/** The engine ends a run at 25,000 events (aws.md 1.2). */
export const mostEvents = 25_000

/** Bounds that are tried for bodies whose author gave none. */
const bounds = [10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1]
/** What such bodies may fill. */
const openShare = 20_000

/** Events of `init`, `finish`, `failed` and of the run itself. */
const frameEvents = 2 + 5 + 7 + 2

/** Rounds that a body without a bound of its author's may run, so that the history holds them. */
export function openLimit(graph: Graph): number {
  return bounds.find((bound) => countEvents(graph, bound) <= openShare) ?? 1
}

/** The most events that one run of the graph can write, retries left out and cycles through waits counted once. */
export function countEvents(graph: Scope, bound: number): number {
  return frameEvents + scopeEvents(graph, bound)
}

/** What is wrong if the graph's loops write more history than a run may have; null if they do not. */
export function checkHistory(graph: Graph): Issue | null {
  const events = countEvents(graph, openLimit(graph))
  if (events <= mostEvents) return null
  const costs = Object.values(graph.nodes).map((node) => ({ node, events: nodeEvents(node, 1) }))
  const worst = costs.reduce((most, one) => (one.events > most.events ? one : most))
  return {
    path: `/nodes/${worst.node.id}`,
    code: 'too_many_events',
    message: `A run could take ${events} events, the engine bears ${mostEvents}: lower maxItems or maxIterations`,
    stepId: worst.node.id,
  }
}

function scopeEvents(scope: Scope, bound: number): number {
  return Object.values(scope.nodes).reduce((sum, node) => sum + nodeEvents(node, bound), 0)
}

function nodeEvents(node: Node, bound: number): number {
  const step = findStep(node.type)
  if (!step) return 0
  if (step.turns) return step.turns.events(node.params)
  const bodies = Object.values(node.bodies).map((body) => scopeEvents(body, bound))
  const inside = bodies.reduce((sum, events) => sum + events, 0)
  const rounds = Math.min(step.repeats?.of(node.params) ?? bound, step.repeats?.limit ?? 1)
  const guarded = step.kind === 'work' || step.kind === 'wait' ? 0 : guardEvents(node)
  // What stands open in a body that is dropped is closed by a call.
  const left = Object.values(node.bodies).some(mayStandStill) ? 5 : 0
  if (step.bodyKind === 'item') return 4 + 2 + left + rounds * (4 + inside)
  if (step.bodyKind === 'loop') return 4 + rounds * (2 + guarded + inside)
  if (step.bodyKind === 'branch') return 4 + left + 2 * bodies.length + inside
  // A wait may be followed by its route and by the record of its expiry.
  if (step.kind === 'wait' || 'subflow' in step) return 6 + 2 + 5
  return step.kind === 'work' ? 5 + 2 : 2 + guarded
}

/** A state that evaluates what may fail stands before one that cannot catch (guard.ts). */
function guardEvents({ params }: Node): number {
  return holdsRisk(params) ? 4 + 2 : 0
}

function holdsRisk(value: Json): boolean {
  if (typeof value === 'string') return value.includes('{{') && mayFail(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsRisk)
}

function mayStandStill(scope: Scope): boolean {
  return Object.values(scope.nodes).some((node) => {
    const step = findStep(node.type)
    const held = step?.kind === 'wait' || (step && 'subflow' in step) || step?.turns?.waits(node.params)
    return held === true || Object.values(node.bodies).some(mayStandStill)
  })
}
