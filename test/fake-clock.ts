import type { Clock } from '../shared/world.ts'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on, firing what comes due in order; lets promises settle in between. */
  advance(milliseconds: number): Promise<void>
  /** The same at one go, as if the machine had slept: what came due meanwhile fires once. */
  leap(milliseconds: number): Promise<void>
}

/** Lets everything that is ready to run do so, also replies that pass through the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A fake clock; `startMs` is milliseconds since 1970. */
export function fakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startMs
  const timers = new Set<{ at: number; fire: () => void }>()

  const after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = { at: now + Math.max(0, milliseconds), fire: callback }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  const dueBefore = (end: number) =>
    [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]

  return {
    now: () => now,
    after,
    sleep: (milliseconds) => new Promise((resolve) => void after(milliseconds, resolve)),
    async advance(milliseconds) {
      const end = now + milliseconds
      await settle()
      for (let next = dueBefore(end); next; next = dueBefore(end)) {
        timers.delete(next)
        now = Math.max(now, next.at)
        next.fire()
        await settle()
      }
      now = end
      await settle()
    },
    async leap(milliseconds) {
      await settle()
      now += milliseconds
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer)
        timer.fire()
      }
      await settle()
    },
  }
}
