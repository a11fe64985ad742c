import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../../shared/world.ts'

/** The machine's own clock, for processes that are killed in real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => sleep(milliseconds),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
}
