import { Fault } from '../faults.ts'
import { getOpenRunCount, type OpenRunCount } from '../store/open-run-counts.ts'
import type { World } from '../world.ts'

/** A count this old says nothing any more: the sweep writes one every five minutes as long as there are many. */
const staleMs = 11 * 60_000
/** So long an instance does without reading the count again. */
const freshMs = 15_000
const mostKept = 1_000

const kept = new WeakMap<World['db'], Map<string, { found: OpenRunCount | null; readAt: number }>>()

/**
 * Holds a start against the runs that the organisation has open, as counted by the last sweep: a limit for what runs away,
 * not a turnstile (conventions.md §3).
 *
 * @throws {Fault} `concurrency_limit`
 */
export async function checkOpenRuns(world: World, orgId: string, limit: number): Promise<void> {
  const now = world.clock.now()
  const found = await countOf(world, orgId, now)
  if (found === null || found.count < limit || now - Date.parse(found.countedAt) > staleMs) return
  throw new Fault('concurrency_limit', `The organisation has ${limit} runs open, and may have no more`, {
    limit,
    retryAfterSeconds: 60,
  })
}

async function countOf(world: World, orgId: string, now: number): Promise<OpenRunCount | null> {
  const known = kept.get(world.db) ?? new Map()
  kept.set(world.db, known)
  const last = known.get(orgId)
  if (last && Math.abs(now - last.readAt) < freshMs) return last.found
  const found = await getOpenRunCount(world, orgId)
  if (known.size >= mostKept) known.clear()
  known.set(orgId, { found, readAt: now })
  return found
}
