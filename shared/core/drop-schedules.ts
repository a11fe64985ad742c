import { dropScheduleWrite, listScheduleRows } from '../store/schedules.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { forgetSchedule } from './forget-schedule.ts'

/** Takes all schedules of a flow away that is being deleted. */
export async function dropSchedules(world: World, orgId: string, flowId: string): Promise<void> {
  for (const row of await listScheduleRows(world, orgId, flowId)) {
    await transact(world, [dropScheduleWrite(row)])
    await forgetSchedule(world, row)
  }
}
