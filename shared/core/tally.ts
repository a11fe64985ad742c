import { countCalls } from '../store/rates.ts'
import type { World } from '../world.ts'

const minuteMs = 60_000
/** So many calls, or so long, may be known to this instance alone. */
const mostUnshared = 20
const longestUnsharedMs = 1_000

/** Calls of one minute, as far as this instance knows them. */
interface Count {
  minute: number
  /** What all instances have told, this one included. */
  told: number
  /** On the way to the table. */
  telling: number
  /** Not told yet. */
  own: number
  /** Milliseconds since 1970; null = nothing was told yet. */
  toldAt: number | null
}

/** Where a caller stands in the present minute. */
export interface Standing {
  /** Calls a minute. */
  limit: number
  /** How many are left. */
  remaining: number
  /** Until the next minute. */
  resetSeconds: number
}

/** Counts by table: two worlds on one table are one instance's. */
const counts = new WeakMap<World['db'], Map<string, Count>>()
const mostScopes = 10_000

/**
 * Counts one call against a limit that all functions share. The table is told by the bundle: a busy instance writes one
 * item for twenty calls, so that the limit is met exactly by one instance and overshot by a few calls by many. What cannot
 * be written is let through (conventions.md §3).
 */
export async function tally(world: World, scope: string, limit: number): Promise<Standing> {
  const count = countOf(world, scope)
  count.own += 1
  const now = world.clock.now()
  if (count.toldAt === null || count.own >= mostUnshared || now - count.toldAt >= longestUnsharedMs)
    await tell(world, scope, count)
  return {
    limit,
    remaining: limit - count.told - count.telling - count.own,
    resetSeconds: Math.ceil(((count.minute + 1) * minuteMs - now) / 1000),
  }
}

/** Takes a call back that was not to be counted. */
export function untally(world: World, scope: string): void {
  countOf(world, scope).own -= 1
}

async function tell(world: World, scope: string, count: Count): Promise<void> {
  const { minute, own } = count
  count.toldAt = world.clock.now()
  count.telling += own
  count.own = 0
  try {
    // Told by several at once: the greatest number is the latest.
    count.told = Math.max(count.told, await countCalls(world, scope, minute, own))
  } catch (error) {
    count.told += own
    world.log.warn('Calls could not be counted', { error: (error as Error).name })
  } finally {
    count.telling -= own
  }
}

function countOf(world: World, scope: string): Count {
  const minute = Math.floor(world.clock.now() / minuteMs)
  const known = counts.get(world.db) ?? new Map<string, Count>()
  counts.set(world.db, known)
  const found = known.get(scope)
  if (found?.minute === minute) return found
  // What was not told of the minute before limits nobody any more.
  if (known.size >= mostScopes) known.clear()
  const fresh = { minute, told: 0, telling: 0, own: 0, toldAt: null }
  known.set(scope, fresh)
  return fresh
}
