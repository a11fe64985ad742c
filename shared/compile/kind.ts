import type { Graph, Node, Scope } from '../definitions/graph.ts'
import { findStep } from '../steps/index.ts'
import { openLimit } from './history.ts'

/** Longest time an Express machine may stand still in its delays, in seconds. */
const longestHold = 240
/** Longest whole run of an Express machine, in seconds. */
const longestExpress = 300

/** Which machines a version gets. */
export interface Kinds {
  /** True if no Express machine can run it. */
  standardOnly: boolean
  /** Why, in words for people. */
  reasons: string[]
}

/** Decides whether a graph may run on an Express machine (flow-language.md §4). */
export function machineKinds(graph: Graph): Kinds {
  const nodes = everyNode(graph)
  const reasons = [...nodes.flatMap(waitReason), ...nodes.flatMap(turnsReason)]
  const held = holdSeconds(graph, openLimit(graph))
  if (held > longestHold)
    reasons.push(
      Number.isFinite(held) ? `delays of ${held} s` : 'a delay whose length is known at run time only',
    )
  const { timeoutSeconds, durability, concurrency } = graph.settings
  if ((timeoutSeconds ?? 0) > longestExpress) reasons.push(`settings.timeoutSeconds is ${timeoutSeconds}`)
  if (durability === 'standard') reasons.push('settings.durability is standard')
  // An Express machine can neither begin later nor be stopped for the next run.
  if (concurrency !== undefined) reasons.push('settings.concurrency holds runs back')
  return { standardOnly: reasons.length > 0, reasons }
}

/** True if a run of the graph can stand still for an answer. */
export function canWait(graph: Graph): boolean {
  return everyNode(graph).some((node) => waitReason(node).length > 0)
}

/** Every step of a scope and of the bodies in it. */
export function everyNode(scope: Scope): Node[] {
  return Object.values(scope.nodes).flatMap((node) => [
    node,
    ...Object.values(node.bodies).flatMap(everyNode),
  ])
}

function waitReason(node: Node): string[] {
  const step = findStep(node.type)
  if (!step) return []
  if (step.kind === 'wait') return [`${node.id} waits for an answer`]
  if ('subflow' in step) return [`${node.id} waits for another run`]
  return step.turns?.waits(node.params) ? [`${node.id} waits for tools`] : []
}

/** An Express machine begins anew where a Standard one goes on: what models were paid for would be paid again. */
function turnsReason(node: Node): string[] {
  const turns = findStep(node.type)?.turns
  return turns && !turns.waits(node.params) ? [`${node.id} works in turns`] : []
}

function holdSeconds(scope: Scope, bound: number): number {
  return Object.values(scope.nodes).reduce((sum, node) => {
    const step = findStep(node.type)
    const inside = Object.values(node.bodies).reduce((most, body) => most + holdSeconds(body, bound), 0)
    const rounds = Math.min(step?.repeats?.of(node.params) ?? bound, step?.repeats?.limit ?? 1)
    return sum + (step?.holdsSeconds?.(node.params) ?? 0) + (inside === 0 ? 0 : rounds * inside)
  }, 0)
}
