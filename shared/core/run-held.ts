import { getRun, type RunRow } from '../store/runs.ts'
import type { World } from '../world.ts'
import { admitNext } from './admit-held.ts'
import { type RunView, viewRun } from './run-view.ts'
import { hasPaused, watchRun } from './watch-run.ts'

/**
 * Waits for what comes of a run that waits for a place. A place may have become free between the look for one and the joining
 * of the row, and its run have found nobody there: so the row is looked at once more.
 */
export async function runHeld(world: World, row: RunRow, waitSeconds: number): Promise<RunView> {
  await admitNext(world, { orgId: row.orgId, key: row.slotKey ?? '' })
  if (waitSeconds <= 0) return await viewRun(world, (await getRun(world, row.orgId, row.id)) ?? row)
  return await viewRun(
    world,
    await watchRun(world, row.orgId, row.id, waitSeconds, (now) => hasPaused(now, 0)),
  )
}
