import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import type { World } from '../world.ts'
import { noRun } from './refusal.ts'

/** First pause between two reads: an answer often comes within milliseconds. */
const firstPauseMs = 3
const longestPauseMs = 500
const growth = 1.6

/**
 * Reads the run's row, strongly consistent and ever less often, until it is as wanted or the time is over.
 *
 * @returns the row as last read.
 * @throws {Fault} `not_found`.
 */
export async function watchRun(
  world: World,
  orgId: string,
  runId: string,
  waitSeconds: number,
  isWanted: (row: RunRow) => boolean,
): Promise<RunRow> {
  const end = world.clock.now() + waitSeconds * 1000
  for (let pause = firstPauseMs; ; pause = Math.min(pause * growth, longestPauseMs)) {
    const row = await getRun(world, orgId, runId)
    if (!row) throw noRun()
    const left = end - world.clock.now()
    if (left <= 0 || isWanted(row)) return row
    await world.clock.sleep(Math.min(pause, left))
  }
}

/** True if the run has ended, or has opened a wait that a caller who knows `rev` has not seen. */
export function hasPaused(row: RunRow, rev: number): boolean {
  return hasEnded(row) || ((row.openWaits?.size ?? 0) > 0 && (row.waitRev ?? 0) > rev)
}
