import { instant } from '../aws/clock.ts'
import { openKeys, putOpenRunCount } from '../store/open-run-counts.ts'
import type { World } from '../world.ts'

/** What is open over all organisations. */
export interface OpenCounts {
  runs: number
  waits: number
  /** Waits whose end is past: the sweep has not come to them yet. */
  overdueWaits: number
}

/** Below this no limit that can be set is near: nothing is written down. */
const fewRuns = 100
/** Beyond this the counting itself would become a burden; what was counted until then is written down. */
const mostCounted = 2_000_000

/**
 * Counts what is open, and writes down for each organisation with many open runs how many it has: starts are held against
 * that (`open-run-limit.ts`). Counted anew each time, never incremented (hardening.md rule 23).
 */
export async function countOpenRuns(world: World): Promise<OpenCounts> {
  const now = world.clock.now()
  const byOrganisation = new Map<string, number>()
  const counts: OpenCounts = { runs: 0, waits: 0, overdueWaits: 0 }
  for await (const { of, orgId, overdue } of openKeys(world, now)) {
    if (of === 'run') {
      counts.runs += 1
      byOrganisation.set(orgId, (byOrganisation.get(orgId) ?? 0) + 1)
    } else {
      counts.waits += 1
      if (overdue) counts.overdueWaits += 1
    }
    if (counts.runs + counts.waits >= mostCounted) break
  }
  for (const [orgId, count] of byOrganisation)
    if (count >= fewRuns) await putOpenRunCount(world, orgId, { count, countedAt: instant(now) })
  return counts
}
