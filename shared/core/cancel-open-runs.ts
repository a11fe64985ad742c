import { getRun, type RunRow } from '../store/runs.ts'
import type { World } from '../world.ts'
import { cancelIfOpen } from './cancel.ts'
import { listPage, openWords } from './run-list.ts'

/**
 * Cancels the open runs of a flow one after the other. The list is a moment behind: a run that has ended since is left alone.
 *
 * @param which.trigger only runs that this type of trigger started.
 * @param which.createdBy only runs that this actor started.
 * @returns how many the list held.
 */
export async function cancelOpenRuns(
  world: World,
  orgId: string,
  { flowId, trigger, createdBy }: { flowId: string; trigger?: string; createdBy?: RunRow['createdBy'] },
  reason: string,
): Promise<number> {
  let count = 0
  let after: string | undefined
  do {
    const query = { flowId, trigger, statuses: openWords, limit: 100, after }
    const { runs, nextKey } = await listPage(world, orgId, query)
    for (const { id } of runs) {
      // The list does not tell who started a run.
      if (createdBy !== undefined && (await getRun(world, orgId, id))?.createdBy !== createdBy) continue
      await cancelIfOpen(world, orgId, id, reason)
      count++
    }
    after = nextKey ?? undefined
  } while (after !== undefined)
  return count
}
