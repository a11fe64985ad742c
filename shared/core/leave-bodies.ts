import type { LeaveEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { getRun, hasEnded } from '../store/runs.ts'
import { closeWait } from '../store/wait-changes.ts'
import { getWaits } from '../store/waits.ts'
import type { World } from '../world.ts'
import { cancelChildren } from './cancel.ts'
import { forEngine } from './engine-error.ts'

/** Closes the questions and ends the children of bodies that the engine has dropped: one beside them failed. */
export async function leaveBodies(world: World, event: LeaveEvent): Promise<null> {
  return await forEngine(world, async () => {
    const row = await getRun(world, event.run.orgId, event.run.id)
    if (!row || hasEnded(row)) return null
    const at = instant(world.clock.now())
    const keys = [...(row.openWaits ?? [])].filter((key) => isLeft(key, event))
    // What is being answered just now is closed by whom the engine tells that it has dropped the task.
    for (const wait of await getWaits(world, row.orgId, row.id, keys))
      await closeWait(world, wait, { status: 'cancelled', at, from: ['open'] })
    await cancelChildren(world, row, 'The step that started it was given up', (key) => isLeft(key, event))
    return null
  })
}

/** True for a visit of one of the steps inside, in this round of the loops around. */
function isLeft(key: string, { held, iter }: LeaveEvent): boolean {
  const [, stepId = '', place = ''] = key.split('#')
  return held.includes(stepId) && (iter === null || place === iter || place.startsWith(`${iter}.`))
}
