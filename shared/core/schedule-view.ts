import type { ScheduleRow } from '../store/schedules.ts'
import type { JsonObject } from '../world.ts'
import { nextFires, type Timetable } from './timetable/fires.ts'
import { schedulerExpressions } from './timetable/scheduler-expressions.ts'

/** A schedule as it is shown (dashboard.md §9). */
export interface ScheduleView extends Omit<ScheduleRow, 'orgId' | 'rev' | 'data' | 'firedUntil'> {
  data: JsonObject
  /** The next five moments at which it fires; empty while it is not active. */
  nextFires: string[]
}

const shownFires = 5

/** The row as a schedule is shown. @param now milliseconds since 1970, after which the next firings lie. */
export function viewSchedule(row: ScheduleRow, now: number): ScheduleView {
  const { id, flowId, name, active, cron, timezone, version, overlap, missed, missedWindowSeconds } = row
  const { startAt, endAt, pauseReason, lastRunAt, lastRunId, lastResult } = row
  const { createdAt, updatedAt, updatedBy } = row
  return {
    ...{ id, flowId, name, active, cron, timezone, data: JSON.parse(row.data) as JsonObject, version },
    ...{ overlap, missed, missedWindowSeconds, startAt, endAt, pauseReason },
    ...{ lastRunAt, lastRunId, lastResult, createdAt, updatedAt, updatedBy },
    nextFires: firesOf(row, now, shownFires),
  }
}

/** What a schedule's cron line means to Scheduler. */
export function timetablesOf({ cron, timezone, updatedAt }: ScheduleRow): Timetable[] {
  const sinceMs = Date.parse(updatedAt)
  return schedulerExpressions(cron).map((expression) => ({ expression, timezone, sinceMs }))
}

/** The next moments after one at which an active schedule fires, within its dates. */
export function firesOf(row: ScheduleRow, after: number, count: number): string[] {
  if (!row.active) return []
  const start = row.startAt === null ? 0 : Date.parse(row.startAt) - 1
  const end = row.endAt === null ? Number.POSITIVE_INFINITY : Date.parse(row.endAt)
  return nextFires(timetablesOf(row), Math.max(after, start), count)
    .filter((at) => at < end)
    .map((at) => new Date(at).toISOString())
}
