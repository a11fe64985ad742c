import { Fault } from '../faults.ts'
import { getRun, hasEnded } from '../store/runs.ts'
import { getSchedule, noteFiring, type ScheduleRow } from '../store/schedules.ts'
import { firstHeld } from '../store/slots.ts'
import type { JsonObject, World } from '../world.ts'
import { cancelIfOpen } from './cancel.ts'
import { keyOfText } from './concurrency-key.ts'
import { firesOf } from './schedule-view.ts'
import { type StartOrder, start } from './start.ts'
import { uuidOf } from './step-key.ts'

/** What Scheduler hands over. */
export interface Firing {
  org: string
  flow: string
  schedule: string
  /** Of the schedule when Scheduler was told: a firing of an earlier one is dropped. */
  rev: number
  /** The moment that was scheduled. */
  at: string
}

/** A firing that comes later than this was slept through. */
const punctualMs = 5 * 60_000
/** Most firings that are made up for at once: the latest of those that were slept through. */
const mostMissed = 100

/**
 * Starts what a schedule asks for at a moment. Delivered twice it starts one run: the run's id is made of schedule and
 * moment. What came due before and was never delivered is dealt with as the schedule says.
 */
export async function fireSchedule(world: World, { org, flow, schedule, rev, at }: Firing): Promise<void> {
  const row = await getSchedule(world, org, flow, schedule)
  if (row === null || row.rev !== rev || !row.active) return
  const moment = new Date(at).toISOString()
  if (row.firedUntil !== null && row.firedUntil >= moment) return
  let current = row
  for (const each of await momentsOf(world, row, moment)) {
    await fireOnce(world, current, each)
    current = (await getSchedule(world, org, flow, schedule)) ?? current
  }
}

/** The moments to start for, in order: this one, and those before it that were slept through. */
async function momentsOf(world: World, row: ScheduleRow, moment: string): Promise<string[]> {
  const now = world.clock.now()
  const oldest = now - row.missedWindowSeconds * 1000
  const since = Math.max(Date.parse(row.firedUntil ?? row.updatedAt), oldest)
  const punctual = now - Date.parse(moment) <= punctualMs
  const missed = row.missed === 'all' ? latestBefore(row, since, moment) : []
  if (punctual || (row.missed !== 'skip' && Date.parse(moment) >= oldest)) return [...missed, moment]
  const lastResult = { scheduledAt: moment, outcome: 'missed', reason: 'late' }
  await noteFiring(world, row, { firedUntil: moment, lastResult })
  return missed
}

/** The latest firings that lie between two moments, in order, at most `mostMissed`. */
function latestBefore(row: ScheduleRow, since: number, moment: string): string[] {
  let latest: string[] = []
  for (let at = since; ; ) {
    const found = firesOf(row, at, mostMissed).filter((fire) => fire < moment)
    latest = [...latest, ...found].slice(-mostMissed)
    const last = found.at(-1)
    if (found.length < mostMissed || last === undefined) return latest
    at = Date.parse(last)
  }
}

async function fireOnce(world: World, row: ScheduleRow, moment: string): Promise<void> {
  const reason = await begin(world, row, moment)
  const run = { id: runIdOf(row, moment), at: moment }
  const outcome = reason === null ? 'started' : skipping.has(reason) ? 'skipped' : 'failed'
  await noteFiring(world, row, {
    firedUntil: moment,
    lastResult: { scheduledAt: moment, outcome, reason },
    ...(reason === null ? { run } : {}),
  })
  if (outcome === 'failed')
    world.log.warn('A schedule could not start its flow', { flow: row.flowId, reason })
}

const skipping = new Set(['overlap', 'concurrency_limit'])
/** Faults of the flow as it stands: another try would meet them again. */
const lasting = new Set([
  'not_found',
  'version_not_published',
  'validation_failed',
  'concurrency_limit',
  'payload_too_large',
])

/** @returns why no run was started; null if one was. */
async function begin(world: World, row: ScheduleRow, moment: string): Promise<string | null> {
  const id = runIdOf(row, moment)
  // Delivered before, and its record was lost: the run is there.
  if (await getRun(world, row.orgId, id)) return null
  if (await isOverlapping(world, row, id)) return 'overlap'
  try {
    const who = { orgId: row.orgId, actor: `schedule:${row.id}` }
    await start(world, who, orderOf(row, moment), { id })
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.code === 'conflict') return String(error.details.reason)
    if (lasting.has(error.code)) return error.code
    throw error
  }
}

function runIdOf({ id }: ScheduleRow, moment: string): string {
  return uuidOf(`schedule ${id} ${moment}`)
}

function orderOf(row: ScheduleRow, moment: string): StartOrder {
  const { inputs = {}, ...data } = JSON.parse(row.data) as JsonObject
  return {
    flowId: row.flowId,
    version: row.version,
    inputs: inputs as JsonObject,
    trigger: { type: 'schedule', data: { ...data, scheduledAt: moment, schedule: row.name } },
    requireTrigger: 'schedule',
    scheduledAt: moment,
    waitSeconds: 0,
    ...(row.overlap === 'queue' ? { concurrency: queueOf(row) } : {}),
  }
}

/** One at a time: the place that a run takes is the schedule's own (`concurrency.ts`). */
function queueOf({ id }: ScheduleRow): NonNullable<StartOrder['concurrency']> {
  return { key: `schedule ${id}`, limit: 1, whenFull: 'queue' }
}

async function isOverlapping(world: World, row: ScheduleRow, id: string): Promise<boolean> {
  if (row.overlap === 'allow' || row.lastRunId === null || row.lastRunId === id) return false
  const last = await getRun(world, row.orgId, row.lastRunId)
  if (last === null || hasEnded(last)) return false
  if (row.overlap === 'queue') return await isPending(world, row)
  if (row.overlap === 'skip') return true
  await cancelIfOpen(world, row.orgId, last.id, 'The next firing of its schedule took its place')
  return false
}

/** One firing waits; later ones are left out. */
async function isPending(world: World, row: ScheduleRow): Promise<boolean> {
  const key = keyOfText(row.flowId, queueOf(row).key)
  return (await firstHeld(world, { orgId: row.orgId, key })) !== null
}
