import { listWaits } from '../../store/waits.ts'
import type { World } from '../../world.ts'
import { viewWait } from '../run-view.ts'
import { actionNames } from './actions.ts'
import type { Journey } from './journey.ts'

/** Whether an earlier step of the journey had an action of that name: who sends it looks at an old page. */
export async function knewAction(
  world: World,
  { row }: Journey,
  presentWaitId: string,
  actionId: string,
): Promise<boolean> {
  const waits = await listWaits(world, row.orgId, row.runId)
  return waits
    .filter(({ id, status }) => id !== presentWaitId && status !== 'open')
    .some((wait) => actionNames(viewWait(wait)).flat().includes(actionId))
}
