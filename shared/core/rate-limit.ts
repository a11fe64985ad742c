import { Fault } from '../faults.ts'
import { countCalls } from '../store/rates.ts'
import type { World } from '../world.ts'

const minuteMs = 60_000

/** Lets a call go on unless there were too many in this minute. @throws {Fault} `rate_limited` */
export async function limitRate(world: World, scope: string, most: number): Promise<void> {
  const now = world.clock.now()
  const minute = Math.floor(now / minuteMs)
  if ((await countCalls(world, scope, minute)) <= most) return
  const retryAfterSeconds = Math.ceil(((minute + 1) * minuteMs - now) / 1000)
  throw new Fault('rate_limited', `At most ${most} calls a minute`, { limit: most, retryAfterSeconds })
}
