import type { Firing } from '../shared/core/fire-schedule.ts'
import { door, onLambda } from './door.ts'

/** The time of a schedule has come. */
export const open = door(
  async (world, firing: Firing) => {
    const { fireSchedule } = await import('../shared/core/fire-schedule.ts')
    await fireSchedule(world, firing)
  },
  ({ org, flow, schedule }) => ({ org, flow, schedule }),
)
export const handler = onLambda(open)
