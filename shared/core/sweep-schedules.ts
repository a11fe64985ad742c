import { ListSchedulesCommand } from '@aws-sdk/client-scheduler'
import { everySchedule } from '../store/schedule-lists.ts'
import { getSchedule } from '../store/schedules.ts'
import type { World } from '../world.ts'
import { forgetNamed, placeOf, schedulerNames } from './forget-schedule.ts'
import { firesOf } from './schedule-view.ts'
import { tellScheduler } from './scheduler-calls.ts'

/** The sweep looks at schedules once an hour, in the first of its ticks. */
const everyMinutes = 5

/**
 * Compares the schedules there are with what Scheduler holds (hardening.md rule 26): a row that it does not know is told
 * again, what has no row is taken out.
 *
 * @returns how many repairs were made.
 */
export async function sweepSchedules(world: World): Promise<number> {
  if (world.settings.schedules === undefined) return 0
  if (new Date(world.clock.now()).getUTCMinutes() >= everyMinutes) return 0
  const held = new Set(await Array.fromAsync(everyName(world)))
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
  for (const name of held) {
    if (wanted.has(name)) continue
    await forgetNamed(world, name)
    repairs++
  }
  return repairs
}

async function* everyName({ scheduler, settings }: World): AsyncGenerator<string> {
  let NextToken: string | undefined
  do {
    const page = await scheduler.send(
      new ListSchedulesCommand({ GroupName: placeOf(settings).group, ...(NextToken ? { NextToken } : {}) }),
    )
    for (const { Name } of page.Schedules ?? []) if (Name !== undefined) yield Name
    NextToken = page.NextToken
  } while (NextToken !== undefined)
}
