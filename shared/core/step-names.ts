import type { Graph, Node, Scope } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { getVersion } from '../store/versions.ts'
import type { World } from '../world.ts'
import { graphOf, runnableDefinition } from './definition-of.ts'
import { readState } from './flow-change.ts'

/** Which version a run belongs to. */
export interface RunOfVersion {
  orgId: string
  flowId: string
  version: number | null
}

/** Steps by version; a version's text never changes. */
const known = new Map<string, Map<string, Node>>()
const keep = 500

/**
 * The steps of the version that a run belongs to, bodies included, by id: names and types for people. Empty if the version
 * cannot be read any more; a run never depends on it.
 */
export async function stepsOf(world: World, run: RunOfVersion): Promise<Map<string, Node>> {
  if (run.version === null) return await draftSteps(world, run)
  const key = [world.settings.table, run.orgId, run.flowId, run.version].join(' ')
  const kept = known.get(key)
  if (kept) return kept
  // Whether the version is published still, or its flow deleted, does not matter to its runs.
  const row = await getVersion(world, run.orgId, run.flowId, run.version)
  if (row === null) return new Map()
  const steps = collect(await graphOf(row.text), new Map())
  known.set(key, steps)
  if (known.size > keep) known.delete(known.keys().next().value as string)
  return steps
}

/** The draft as it stands now, which may not be what the run began with. */
async function draftSteps(world: World, { orgId, flowId }: RunOfVersion): Promise<Map<string, Node>> {
  try {
    const { draft } = await readState(world, orgId, flowId)
    const { graph } = await runnableDefinition(world, { orgId, flowId }, draft.text)
    return collect(graph, new Map())
  } catch (error) {
    if (error instanceof Fault) return new Map()
    throw error
  }
}

function collect(scope: Scope | Graph, steps: Map<string, Node>): Map<string, Node> {
  for (const [id, node] of Object.entries(scope.nodes)) {
    steps.set(id, node)
    for (const body of Object.values(node.bodies)) collect(body, steps)
  }
  return steps
}
