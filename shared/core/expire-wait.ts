import type { ExpireEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { closeWait } from '../store/wait-changes.ts'
import { getWait, type WaitRow } from '../store/waits.ts'
import type { World } from '../world.ts'
import { forEngine } from './engine-error.ts'
import { stepKey } from './step-key.ts'

/** Records that a wait ran out of time. The machine has gone on already, whatever the record says. */
export async function expireWait(world: World, event: ExpireEvent): Promise<null> {
  return await forEngine(world, async () => {
    const { run } = event
    const key = stepKey(event.askedAt, event.stepId, event.iter)
    const wait = await getWait(world, run.orgId, run.id, key)
    if (wait) await markExpired(world, wait)
    return null
  })
}

/** Closes a wait that the engine has given up, unless the engine had taken an answer. */
export async function markExpired(world: World, wait: WaitRow): Promise<void> {
  if (wait.confirmed) return
  const onTimeout = JSON.parse(wait.onTimeout)
  const decided =
    typeof onTimeout === 'object' ? { answeredBy: 'timer', outcome: JSON.stringify(onTimeout) } : {}
  await closeWait(world, wait, {
    status: 'expired',
    at: instant(world.clock.now()),
    from: wait.status === 'answered' ? ['answered'] : ['open', 'claimed'],
    set: decided,
  })
}
