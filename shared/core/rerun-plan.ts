import { canonicalJson } from '../asl/canonical.ts'
import type { Graph, Node, Scope } from '../definitions/graph.ts'
import { hidden } from './hidden.ts'
import type { StepRecord } from './steps-of-run.ts'

/** What a run that is run again begins with, and what it takes from the run before. */
export interface RerunPlan {
  /** `start`, or a step of the top level. */
  from: string
  /** Steps whose recorded outputs stand, in the order of their first start. */
  reuse: string[]
}

/**
 * Which recorded outputs stand when a run is run again from a step (dashboard.md §11): those of work and wait steps that
 * completed, that are not reached from there, and that the version defines as the run's own did. A step in a body counts as
 * the step whose body it is.
 *
 * @param own graph of the run's own version; null if it can no longer be read: then nothing stands.
 * @param next graph of the version that will run.
 */
export function planRerun(own: Graph | null, next: Graph, records: StepRecord[], from: string): RerunPlan {
  if (from === 'start') return { from, reuse: [] }
  const top = topLevel(next).get(from) ?? from
  return { from: top, reuse: reusable(own, next, records, reachedFrom(next, [top])) }
}

/**
 * The same for all that is stale (headless-runner-executions.md 3.2): the step that the run stood on and every step that
 * the version defines otherwise run afresh, with all that is reached from them.
 *
 * @param stood null if the run completed.
 */
export function planStale(
  own: Graph | null,
  next: Graph,
  records: StepRecord[],
  stood: string | null,
): RerunPlan {
  const top = stood === null ? undefined : topLevel(next).get(stood)
  const changed = Object.keys(next.nodes).filter((id) => !isSame(own?.nodes[id], next.nodes[id]))
  const anew = reachedFrom(next, top === undefined ? changed : [top, ...changed])
  return { from: top ?? 'start', reuse: reusable(own, next, records, anew) }
}

/** Steps whose outputs stand, in the order of their first start. */
function reusable(own: Graph | null, next: Graph, records: StepRecord[], anew: Set<string>): string[] {
  const tops = topLevel(next)
  const reuse = new Set<string>()
  for (const record of records) {
    const holder = tops.get(record.stepId)
    if (holder === undefined || anew.has(holder) || !isReusable(record)) continue
    if (own && isSame(own.nodes[holder], next.nodes[holder])) reuse.add(record.stepId)
  }
  return [...reuse]
}

/** What a person sealed was sealed for that run: it is asked for again. */
function isReusable({ kind, status, source, output }: StepRecord): boolean {
  // What the engine computes by itself, or a script, is computed again.
  if (status !== 'completed' || source === 'trace' || (kind !== 'work' && kind !== 'wait')) return false
  return kind === 'work' || !JSON.stringify(output).includes(hidden)
}

function isSame(one: Node | undefined, other: Node | undefined): boolean {
  return one !== undefined && other !== undefined && meaning(one) === meaning(other)
}

function meaning({ type, params, bodies }: Node): string {
  return canonicalJson({ type, params, bodies })
}

/** Of every step the one at the top level that it lies in. */
export function topLevel(graph: Graph): Map<string, string> {
  const tops = new Map<string, string>()
  const collect = (scope: Scope, top?: string) => {
    for (const node of Object.values(scope.nodes)) {
      tops.set(node.id, top ?? node.id)
      for (const body of Object.values(node.bodies)) collect(body, top ?? node.id)
    }
  }
  collect(graph)
  return tops
}

function reachedFrom(graph: Graph, from: string[]): Set<string> {
  const reached = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue
    reached.add(id)
    open.push(...Object.values(graph.nodes[id]?.next ?? {}))
  }
  return reached
}

/** The step that a run which did not complete stood on; null if nothing of it is known. */
export function stoodOn(failedAt: string | null, records: StepRecord[]): string | null {
  if (failedAt !== null) return failedAt
  const unfinished = records.find(({ status }) => status !== 'completed')
  return (unfinished ?? records.at(-1))?.stepId ?? null
}
