import { Fault } from '../faults.ts'
import { getFlow } from '../store/flows.ts'
import { countSchedules } from '../store/schedule-lists.ts'
import {
  dropScheduleWrite,
  getSchedule,
  listScheduleRows,
  putScheduleWrite,
  type ScheduleRow,
} from '../store/schedules.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { cancelOpenRuns } from './cancel-open-runs.ts'
import { type Author, noted } from './flow-change.ts'
import { forgetSchedule } from './forget-schedule.ts'
import { answering } from './refusal.ts'
import { firesOf, type ScheduleView, viewSchedule } from './schedule-view.ts'
import { type ScheduleWish, wishedRow } from './schedule-wish.ts'
import { tellScheduler } from './scheduler-calls.ts'
import { badCron } from './timetable/cron-fields.ts'
import { noFlow } from './version-faults.ts'

const mostOfFlow = 20
const mostOfOrganisation = 100

/** A flow's schedule by name; null if there is none. @throws {Fault} `not_found` for the flow. */
export async function readSchedule(
  world: World,
  orgId: string,
  flowId: string,
  name: string,
): Promise<ScheduleView | null> {
  return await answering(world, async () => {
    await needFlow(world, orgId, flowId)
    const row = await getSchedule(world, orgId, flowId, name)
    return row && viewSchedule(row, world.clock.now())
  })
}

/** All schedules of a flow, by name. @throws {Fault} `not_found` */
export async function listSchedules(world: World, orgId: string, flowId: string): Promise<ScheduleView[]> {
  return await answering(world, async () => {
    await needFlow(world, orgId, flowId)
    const rows = await listScheduleRows(world, orgId, flowId)
    return rows.map((row) => viewSchedule(row, world.clock.now()))
  })
}

/**
 * Makes a schedule or replaces the one of its name. What it missed or had pending before is dropped. The row is what counts:
 * Scheduler is told of it, and told again by the sweep if that fails.
 *
 * @param more.preview tells the next moments and stores nothing.
 * @throws {Fault} `not_found`, `validation_failed`, `version_not_published`, `conflict` reason `trigger_not_enabled` or
 *   `limit_reached`, `unavailable`.
 */
export async function setSchedule(
  world: World,
  author: Author,
  flowId: string,
  wish: ScheduleWish,
  { preview = false } = {},
): Promise<{ schedule: ScheduleView; isNew: boolean }> {
  return await answering(world, async () => {
    await needFlow(world, author.orgId, flowId)
    for (;;) {
      const row = await wishedRow(world, author, flowId, wish)
      const now = world.clock.now()
      // A time that is over may be kept: it says what was.
      if (firesOf({ ...row, active: true, endAt: null }, Date.parse(row.createdAt), 1).length === 0)
        throw badCron('This never fires')
      if (preview) return { schedule: viewSchedule(row, now), isNew: false }
      const before = await getSchedule(world, author.orgId, flowId, row.name)
      if (before === null) await needRoom(world, author.orgId, flowId)
      const after = before === null ? row : replaced(before, row)
      const entry = noted(world, author, 'schedule.set', flowId, { schedule: row.name })
      const written = await transact(world, [putScheduleWrite(after, before?.rev ?? null), entry])
      if (!written.ok) continue
      await tellScheduler(world, after)
      return { schedule: viewSchedule(after, now), isNew: before === null }
    }
  })
}

function replaced(before: ScheduleRow, row: ScheduleRow): ScheduleRow {
  const { id, createdAt, rev, lastRunAt, lastRunId, lastResult } = before
  return { ...row, id, createdAt, rev: rev + 1, lastRunAt, lastRunId, lastResult }
}

async function needFlow(world: World, orgId: string, flowId: string): Promise<void> {
  if ((await getFlow(world, orgId, flowId)) === null) throw noFlow()
}

async function needRoom(world: World, orgId: string, flowId: string): Promise<void> {
  const ofFlow = (await listScheduleRows(world, orgId, flowId)).length
  const most = ofFlow >= mostOfFlow ? mostOfFlow : mostOfOrganisation
  if (ofFlow < mostOfFlow && (await countSchedules(world, orgId, mostOfOrganisation)) < mostOfOrganisation)
    return
  throw new Fault('conflict', `There are ${most} schedules already`, { reason: 'limit_reached', limit: most })
}

/**
 * Takes a schedule away. @returns false if there was none.
 *
 * @param more.cancelRuns also cancels its open runs.
 * @throws {Fault} `not_found` for the flow; `unavailable`.
 */
export async function cancelSchedule(
  world: World,
  author: Author,
  flowId: string,
  name: string,
  { cancelRuns = false } = {},
): Promise<boolean> {
  return await answering(world, async () => {
    await needFlow(world, author.orgId, flowId)
    for (;;) {
      const row = await getSchedule(world, author.orgId, flowId, name)
      if (row === null) return false
      const entry = noted(world, author, 'schedule.cancelled', flowId, { schedule: name })
      if (!(await transact(world, [dropScheduleWrite(row), entry])).ok) continue
      await forgetSchedule(world, row)
      if (cancelRuns) await cancelRunsOf(world, row)
      return true
    }
  })
}

async function cancelRunsOf(world: World, { orgId, flowId, id }: ScheduleRow): Promise<void> {
  const which = { flowId, trigger: 'schedule', createdBy: `schedule:${id}` }
  await cancelOpenRuns(world, orgId, which, 'The schedule was cancelled')
}
