import { ListSchedulesCommand } from '@aws-sdk/client-scheduler'
import { everySchedule } from '../store/schedule-lists.ts'
import { getSchedule } from '../store/schedules.ts'
import type { World } from '../world.ts'
import { forgetNamed, placeOf, schedulerNames } from './forget-schedule.ts'
import { firesOf } from './schedule-view.ts'
import { tellScheduler } from './scheduler-calls.ts'

/** The sweep looks at schedules once an hour, in the first of its ticks. */
const everyMinutes = 5
/** The list of rows is a moment behind: what Scheduler was told so lately may have a row that is not in it yet. */
const youngMs = 5 * 60_000

/**
 * Compares the schedules there are with what Scheduler holds (hardening.md rule 26): a row that it does not know is told
 * again, what has had no row for some minutes is taken out.
 *
 * @returns how many repairs were made.
 */
export async function sweepSchedules(world: World): Promise<number> {
  if (world.settings.schedules === undefined) return 0
  if (new Date(world.clock.now()).getUTCMinutes() >= everyMinutes) return 0
  const held = new Map(await Array.fromAsync(everyName(world)))
  const wanted = new Set<string>()
  let repairs = 0
  for await (const place of everySchedule(world)) {
    const [first = '', second = ''] = schedulerNames(place)
    wanted.add(first).add(second)
    if (held.has(first)) continue
    const row = await getSchedule(world, place.orgId, place.flowId, place.name)
    if (row === null || firesOf(row, world.clock.now(), 1).length === 0) continue
    await tellScheduler(world, row)
    repairs++
  }
  for (const [name, changedAt] of held) {
    if (wanted.has(name) || world.clock.now() - changedAt < youngMs) continue
    await forgetNamed(world, name)
    repairs++
  }
  return repairs
}

/** What Scheduler holds by name, and when it was last told of it, in milliseconds since 1970. */
async function* everyName({ scheduler, settings }: World): AsyncGenerator<[name: string, changedAt: number]> {
  let NextToken: string | undefined
  do {
    const page = await scheduler.send(
      new ListSchedulesCommand({ GroupName: placeOf(settings).group, ...(NextToken ? { NextToken } : {}) }),
    )
    for (const { Name, LastModificationDate } of page.Schedules ?? [])
      if (Name !== undefined) yield [Name, LastModificationDate?.getTime() ?? 0]
    NextToken = page.NextToken
  } while (NextToken !== undefined)
}
