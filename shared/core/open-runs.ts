import type { Change } from '../definitions/compare.ts'
import type { Graph } from '../definitions/graph.ts'
import type { World } from '../world.ts'
import { topLevel } from './rerun-plan.ts'
import { listPage } from './run-list.ts'

/** Open runs of a version that stand on the same step. */
export interface OpenRuns {
  version: number
  /** null for runs that are at work. */
  stepId: string | null
  count: number
  /** The step and all that may come before it are the same in both: such a run has gone through nothing that changed. */
  safe: boolean
}

/** Runs that are looked at. */
const most = 1000

/**
 * The open runs of a version, by the step that they wait on, against what changed since (conventions.md §9). Of a run with
 * several questions open each step counts.
 */
export async function openRunsOf(
  world: World,
  orgId: string,
  flowId: string,
  { version, graph }: { version: number; graph: Graph },
  changes: Change[],
): Promise<OpenRuns[]> {
  const { runs } = await listPage(world, orgId, {
    ...{ flowId, version, limit: most, withWaits: true },
    statuses: ['queued', 'running', 'waiting'],
  })
  const counts = new Map<string | null, number>()
  for (const { waits } of runs) {
    const steps = new Set<string | null>(waits.map(({ stepId }) => stepId))
    for (const step of steps.size === 0 ? [null] : steps) counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  const changed = changedSteps(graph, changes)
  return [...counts]
    .sort(([a], [b]) => (a ?? '').localeCompare(b ?? ''))
    .map(([stepId, count]) => ({ version, stepId, count, safe: isSafe(graph, stepId, changed) }))
}

/** Steps of the top level in which anything changed that runs notice. */
function changedSteps(graph: Graph, changes: Change[]): Set<string> {
  const tops = topLevel(graph)
  return new Set(
    changes.flatMap(({ stepId, behaviour }) =>
      stepId !== null && behaviour ? [tops.get(stepId) ?? stepId] : [],
    ),
  )
}

function isSafe(graph: Graph, stepId: string | null, changed: Set<string>): boolean {
  if (stepId === null) return changed.size === 0
  const before = new Map<string, string[]>()
  for (const node of Object.values(graph.nodes))
    for (const next of Object.values(node.next)) before.set(next, [...(before.get(next) ?? []), node.id])
  const seen = new Set<string>()
  const open = [topLevel(graph).get(stepId) ?? stepId]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    if (changed.has(id)) return false
    seen.add(id)
    open.push(...(before.get(id) ?? []))
  }
  return true
}
