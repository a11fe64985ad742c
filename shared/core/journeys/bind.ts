import { instant } from '../../aws/clock.ts'
import type { Graph } from '../../definitions/graph.ts'
import { type Problem, warningAt } from '../../definitions/problem.ts'
import { getFlow } from '../../store/flows.ts'
import { getBinding, type JourneyBinding, putBinding } from '../../store/journey-bindings.ts'
import type { Write } from '../../store/transact.ts'
import type { World } from '../../world.ts'
import type { Author } from '../flow-change.ts'
import { journeysOf } from './triggers.ts'

/**
 * Binds the flowTypes of a version that becomes the latest, where nothing is bound yet, in the transaction that publishes
 * it (faces/journeys.md §9). What is bound to another flow is left alone, and the author warned.
 */
export async function bindJourneys(
  world: World,
  { orgId, actor }: Author,
  flowId: string,
  graph: Graph,
): Promise<{ writes: Write[]; warnings: Problem[] }> {
  const writes: Write[] = []
  const warnings: Problem[] = []
  for (const { flowType, index } of journeysOf(graph)) {
    const seen = await getBinding(world, orgId, flowType)
    if (seen?.flowId === flowId) continue
    if (seen !== null && (await isTaken(world, orgId, seen))) {
      const message = `${flowType} is answered by another flow: PUT /v1/journeys/${flowType} switches it to this one`
      warnings.push(warningAt(`/triggers/${index}`, 'journey_taken', message))
      continue
    }
    const binding: JourneyBinding = {
      ...{ flowType, flowId, enabled: true, revision: (seen?.revision ?? 0) + 1 },
      ...{ updatedAt: instant(world.clock.now()), updatedBy: actor },
    }
    writes.push(putBinding(orgId, binding, seen))
  }
  return { writes, warnings }
}

/** A flow that was deleted, or a type that somebody has unbound, holds nothing. */
async function isTaken(world: World, orgId: string, { flowId }: JourneyBinding): Promise<boolean> {
  return flowId !== null && (await getFlow(world, orgId, flowId)) !== null
}
