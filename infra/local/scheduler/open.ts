import type { Clock, Log } from '../../../shared/world.ts'
import type { Call, Endpoint, Reply } from '../endpoint.ts'
import { fireAfter, operate, type ScheduleContent, SchedulerRefusal } from './operations.ts'
import { openScheduleRows, type ScheduleRow, type ScheduleRows } from './schedule-rows.ts'

export interface SchedulerOptions {
  dir: string
  clock: Clock
  log: Log
  /** Calls the target of a schedule; rejects if it failed. */
  deliver(functionName: string, input: unknown): Promise<void>
}

/** The EventBridge Scheduler endpoint of the local account (aws.md 6.1, 6.5). */
export interface LocalScheduler extends Endpoint {
  close(): Promise<void>
}

/** A clock that was set forward is noticed after so long, in milliseconds. */
const longestSleepMs = 3_600_000
const tries = 4
const pauseMs = 1000
const atOnce = 50
/** A schedule that slept for longer looks for its last firing from here on. */
const longestBackMs = 35 * 86_400_000

/**
 * Opens the endpoint: schedules lie in the folder and fire by the clock. What came due while nobody was there fires once,
 * for the last moment that was slept through.
 */
export function openScheduler({ dir, clock, log, deliver }: SchedulerOptions): LocalScheduler {
  const rows = openScheduleRows(dir)
  const alarm = new Alarm(clock, rows, (row, at) => fire(row, at))
  const fire = async (row: ScheduleRow, at: number) => {
    const { Target } = JSON.parse(row.content) as ScheduleContent
    for (let attempt = 1; attempt <= tries; attempt++)
      try {
        return await deliver(functionOf(Target.Arn), inputOf(Target.Input, at))
      } catch (error) {
        log.warn('A schedule could not be delivered', { name: row.name, error: (error as Error).message })
        if (attempt < tries) await clock.sleep(pauseMs * attempt)
      }
    log.error('A firing was given up', { name: row.name })
  }
  alarm.set()
  const scheduler = { rows, clock, moved: () => alarm.set() }
  return {
    service: 'SCHEDULER',
    handle: async (call) => answer(call, log, () => operate(scheduler, call)),
    async close() {
      await alarm.close()
      rows.close()
    },
  }
}

function answer({ rest }: Call, log: Log, work: () => object): Reply {
  const headers = { 'content-type': 'application/json' }
  try {
    return { status: 200, headers, body: JSON.stringify(work()) }
  } catch (error) {
    const known = error instanceof SchedulerRefusal ? error : null
    const type =
      known?.type ?? (error instanceof SyntaxError ? 'ValidationException' : 'InternalServerException')
    if (type === 'UnknownOperationException')
      log.warn(`Scheduler operation ${rest?.method} ${rest?.path} is not served here`)
    return {
      status: known?.status ?? (error instanceof SyntaxError ? 400 : 500),
      headers: { ...headers, 'x-amzn-errortype': type },
      body: JSON.stringify({ Message: (error as Error).message }),
    }
  }
}

function functionOf(arn: string): string {
  return arn.split(':').at(-1) ?? arn
}

/** The context word that AWS puts into the input: the moment that was scheduled, without milliseconds. */
function inputOf(input = '{}', at: number): unknown {
  const moment = new Date(at).toISOString().replace('.000Z', 'Z')
  return JSON.parse(input.replaceAll('<aws.scheduler.scheduled-time>', moment))
}

/** Wakes schedules when they are due; only the next due time is held in memory. */
class Alarm {
  readonly #clock: Clock
  readonly #rows: ScheduleRows
  readonly #fire: (row: ScheduleRow, at: number) => Promise<void>
  /** Deliveries under way, by the key of their schedule. Until they are done, the rows keep the time they are for. */
  readonly #underWay = new Map<string, Promise<void>>()
  #cancel = () => {}
  #closed = false

  constructor(clock: Clock, rows: ScheduleRows, fire: (row: ScheduleRow, at: number) => Promise<void>) {
    this.#clock = clock
    this.#rows = rows
    this.#fire = fire
  }

  set(): void {
    if (this.#closed) return
    this.#cancel()
    const first = this.#rows.upcoming(this.#underWay.size + 1).find((row) => !this.#underWay.has(keyOf(row)))
    if (!first) return
    const sleep = Math.min(longestSleepMs, Math.max(0, (first.next ?? 0) - this.#clock.now()))
    this.#cancel = this.#clock.after(sleep, () => this.#wake())
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    await Promise.allSettled(this.#underWay.values())
  }

  #wake(): void {
    const now = this.#clock.now()
    for (const row of this.#rows.upcoming(this.#underWay.size + atOnce)) {
      const key = keyOf(row)
      if ((row.next ?? 0) > now || this.#underWay.has(key)) continue
      const at = lastDue(row, now)
      this.#underWay.set(
        key,
        this.#fire(row, at).then(() => {
          this.#underWay.delete(key)
          this.#done(row, at)
        }),
      )
    }
    this.set()
  }

  #done(row: ScheduleRow, at: number): void {
    // A stop during a delivery leaves the row as it is: it fires again.
    if (this.#closed) return
    const present = this.#rows.get(row.group, row.name)
    // Deleted or changed meanwhile: that stands.
    if (!present || present.changed !== row.changed) return
    const next = fireAfter(row, at)
    const { ActionAfterCompletion } = JSON.parse(row.content) as ScheduleContent
    if (next === null && ActionAfterCompletion === 'DELETE') this.#rows.delete(row.group, row.name)
    else this.#rows.put({ ...row, next })
    this.set()
  }
}

function keyOf({ group, name }: ScheduleRow): string {
  return `${group}/${name}`
}

/** The last moment up to now for which the schedule fires. */
function lastDue(row: ScheduleRow, now: number): number {
  let at = row.next ?? now
  const from = Math.max(at, now - longestBackMs)
  if (from > at) at = fireAfter(row, from) ?? at
  for (let next = fireAfter(row, at); next !== null && next <= now; next = fireAfter(row, next)) at = next
  return at
}
