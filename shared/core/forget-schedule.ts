import { DeleteScheduleCommand } from '@aws-sdk/client-scheduler'
import type { ScheduleRow } from '../store/schedules.ts'
import { digest } from '../store/table.ts'
import type { World } from '../world.ts'

/** One cron line may need two schedules of Scheduler's (aws.md 4.1). */
const parts = ['', '.b']
/** Names of what Scheduler may hold for a schedule; made of its keys, so that they are found again without its row. */
export function schedulerNames({ flowId, name }: Pick<ScheduleRow, 'flowId' | 'name'>): string[] {
  return parts.map((part) => `${flowId}.${digest(name).slice(0, 8)}${part}`)
}

/** Takes a schedule out of Scheduler; nothing there is fine. */
export async function forgetSchedule(world: World, of: Pick<ScheduleRow, 'flowId' | 'name'>): Promise<void> {
  for (const name of schedulerNames(of)) await forgetNamed(world, name)
}

/** Takes what Scheduler calls so out of it; nothing there is fine. */
export async function forgetNamed({ scheduler, settings }: World, Name: string): Promise<void> {
  try {
    await scheduler.send(new DeleteScheduleCommand({ Name, GroupName: placeOf(settings).group }))
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error
  }
}

/** @throws {Error} in a function that has nothing to do with schedules. */
export function placeOf({ schedules }: World['settings']): NonNullable<World['settings']['schedules']> {
  if (schedules === undefined) throw new Error('The environment variable SLUICE_SCHEDULE_GROUP is not set')
  return schedules
}

/** The client is bundled apart, so that its classes are not those of this file. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}
