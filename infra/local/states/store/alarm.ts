import type { Clock } from '../../../../shared/world.ts'
import type { GroupCommit } from './group-commit.ts'
import type { TimerRow, TimerRows } from './timer-rows.ts'

/** Looks again after so many milliseconds, so that a clock that was set forward is noticed. */
const longestSleep = 3_600_000
/** Timers that one turn of the event loop wakes. */
const atOnce = 100

/** Wakes frames when their timers are due, never before. Only the next due time is held in memory. */
export class Alarm {
  readonly #clock: Clock
  readonly #timers: TimerRows
  readonly #ring: (timer: TimerRow) => void
  #setFor = Number.POSITIVE_INFINITY
  #cancel = () => {}
  #closed = false

  constructor(clock: Clock, timers: TimerRows, commit: GroupCommit, ring: (timer: TimerRow) => void) {
    this.#clock = clock
    this.#timers = timers
    this.#ring = ring
    commit.join({ after: () => this.set() })
  }

  /** Sets itself for the first timer there is. */
  set(): void {
    const first = this.#timers.first()
    if (this.#closed || first === null || first >= this.#setFor) return
    this.#cancel()
    this.#setFor = first
    const sleep = Math.min(longestSleep, Math.max(0, first - this.#clock.now()))
    this.#cancel = this.#clock.after(sleep, () => this.#wake())
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  #wake(): void {
    this.#setFor = Number.POSITIVE_INFINITY
    const due = this.#timers.due(this.#clock.now(), atOnce)
    for (const timer of due) {
      this.#timers.delete(timer)
      this.#ring(timer)
    }
    // What was deleted is committed, and the alarm then set again; without that it is set now.
    if (due.length === 0) this.set()
  }
}
