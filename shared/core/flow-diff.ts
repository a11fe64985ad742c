import type { Change } from '../definitions/compare.ts'
import type { Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { getVersion } from '../store/versions.ts'
import type { World } from '../world.ts'
import { definitionOf } from './definition-of.ts'
import { type FlowState, readState } from './flow-change.ts'
import { type OpenRuns, openRunsOf } from './open-runs.ts'
import { answering } from './refusal.ts'
import { noVersion } from './version-faults.ts'

/** A state of a flow. */
export type FlowPoint = number | 'latest' | 'draft'

/** What changed between two states of a flow. */
export interface FlowDiff {
  flowId: string
  /** `latest` as the number that it is now. */
  from: number | 'draft'
  to: number | 'draft'
  changes: Change[]
  /** True if there are more changes than are told. */
  truncated: boolean
  /** Open runs of `from`; none for a draft. */
  openRuns: OpenRuns[]
}

/** Most changes that are told at once. */
const mostChanges = 1000

/**
 * Compares what two states of a flow read as, so that format, dialect and the order of keys are no change.
 *
 * @throws {Fault} `not_found`, also for `latest` where nothing is published; `validation_failed` for a text that is beyond
 *   reading, with its problems.
 */
export async function diffFlow(
  world: World,
  orgId: string,
  flowId: string,
  { from = 'latest', to = 'draft' }: { from?: FlowPoint | undefined; to?: FlowPoint | undefined } = {},
): Promise<FlowDiff> {
  return await answering(world, async () => {
    const state = await readState(world, orgId, flowId)
    const [before, after] = [await pointOf(world, state, from), await pointOf(world, state, to)]
    const { compareGraphs } = await import('../definitions/compare.ts')
    const changes = compareGraphs(before.graph, after.graph)
    const { point: version, graph } = before
    const openRuns =
      version === 'draft' ? [] : await openRunsOf(world, orgId, flowId, { version, graph }, changes)
    return {
      ...{ flowId, from: before.point, to: after.point },
      changes: changes.slice(0, mostChanges),
      truncated: changes.length > mostChanges,
      openRuns,
    }
  })
}

async function pointOf(
  world: World,
  { flow, draft }: FlowState,
  wanted: FlowPoint,
): Promise<{ point: number | 'draft'; graph: Graph }> {
  if (wanted === 'draft') return { point: 'draft', graph: await graphIn(draft.text, 'The draft') }
  const number = wanted === 'latest' ? flow.latestVersion : wanted
  const row = number === null ? null : await getVersion(world, flow.orgId, flow.id, number)
  if (row === null || row.deletedAt !== undefined) throw noVersion()
  return { point: row.version, graph: await graphIn(row.text, `Version ${row.version}`) }
}

/** What can be read is compared, errors or not. */
async function graphIn(text: string, name: string): Promise<Graph> {
  const { graph, problems } = await definitionOf(text)
  if (graph !== null) return graph
  const issues = problems.filter(({ severity }) => severity === 'error')
  throw new Fault('validation_failed', `${name} cannot be read`, { issues })
}
