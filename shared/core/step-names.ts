import type { Node, Scope } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import { resolveVersion } from './versions.ts'

/** Which version a run belongs to. */
export interface RunOfVersion {
  orgId: string
  flowId: string
  version: number | null
}

/** Steps of a graph by id; made once per graph. */
const known = new WeakMap<Scope, Map<string, Node>>()

/**
 * The steps of the version that a run belongs to, bodies included, by id: names and types for people. Empty if the version
 * cannot be read any more; a run never depends on it.
 */
export async function stepsOf(world: World, run: RunOfVersion): Promise<Map<string, Node>> {
  try {
    const { graph } = await resolveVersion(world, run.orgId, run.flowId, run.version ?? 'draft')
    const steps = known.get(graph) ?? collect(graph, new Map())
    known.set(graph, steps)
    return steps
  } catch (error) {
    if (error instanceof Fault) return new Map()
    throw error
  }
}

function collect(scope: Scope, steps: Map<string, Node>): Map<string, Node> {
  for (const [id, node] of Object.entries(scope.nodes)) {
    steps.set(id, node)
    for (const body of Object.values(node.bodies)) collect(body, steps)
  }
  return steps
}
