import { Fault } from '../faults.ts'
import { countCalls } from '../store/rates.ts'
import type { World } from '../world.ts'

const minuteMs = 60_000
/** So long an instance does without looking again. */
const freshMs = 5_000
const mostKept = 10_000
const kept = new WeakMap<World['db'], Map<string, { minute: number; calls: number; readAt: number }>>()

/**
 * Refuses whoever has spent his minute, without counting this call: it may be one that is not counted.
 *
 * @throws {Fault} `rate_limited`
 */
export async function spent(world: World, scope: string, most: number): Promise<void> {
  const now = world.clock.now()
  const minute = Math.floor(now / minuteMs)
  const known = kept.get(world.db) ?? new Map()
  kept.set(world.db, known)
  const found = known.get(scope)
  if (found?.minute !== minute || now - found.readAt >= freshMs) {
    if (known.size >= mostKept) known.clear()
    known.set(scope, { minute, calls: await countCalls(world, scope, minute, 0), readAt: now })
  }
  if ((known.get(scope)?.calls ?? 0) <= most) return
  const retryAfterSeconds = Math.ceil(((minute + 1) * minuteMs - now) / 1000)
  throw new Fault('rate_limited', `At most ${most} calls a minute`, { limit: most, retryAfterSeconds })
}
