import type { Clock } from '../world.ts'

/** Longest delay that Node's timers take, in milliseconds. */
const longestTimer = 2 ** 31 - 1

/** The machine's clock. Durations run on Node's monotonic timers. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => void systemClock.after(milliseconds, resolve)),
  after(milliseconds, callback) {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > longestTimer ? wait(left - longestTimer) : callback()),
        Math.min(left, longestTimer),
      )
    }
    wait(Math.max(0, milliseconds))
    return () => clearTimeout(timer)
  },
}

/** An instant as RFC 3339 in UTC with milliseconds. */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
