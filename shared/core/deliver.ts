import { instant } from '../aws/clock.ts'
import { closeWait } from '../store/wait-changes.ts'
import { getWait, type WaitRow } from '../store/waits.ts'
import type { Json, World } from '../world.ts'
import { unseal } from './sealing.ts'
import { type Taken, type Told, tellEngine } from './task-tokens.ts'

const soonMs = 10_000
const pauses = [50, 150, 450]

/**
 * Tells the engine a claimed wait's answer. Right after a wait has opened the engine may not know its task yet: then it is
 * told again.
 */
export async function deliver(world: World, wait: WaitRow, told: Told): Promise<Taken> {
  let { token } = wait
  for (const pause of [...pauses, null]) {
    const taken = await tellEngine(world, wait, token, told)
    if (taken !== 'unknown_task' && taken !== 'timed_out') return taken
    const now = await getWait(world, wait.orgId, wait.runId, wait.stepKey)
    const renewed = now !== null && now.token !== token
    const young = taken === 'unknown_task' && world.clock.now() - Date.parse(wait.openedAt) < soonMs
    if (pause === null || (!renewed && !young)) return taken
    if (renewed) token = now.token
    else await world.clock.sleep(pause)
  }
  return 'unknown_task'
}

/** The record of an answer that the engine has taken. `confirmed` = it has said so itself. */
export async function settleAnswer(world: World, wait: WaitRow, confirmed: boolean): Promise<void> {
  const at = instant(world.clock.now())
  await closeWait(world, wait, {
    status: 'answered',
    at,
    from: ['claimed'],
    set: { answeredAt: wait.claimedAt ?? at, confirmed },
  })
}

/**
 * Tells the engine an answer that was claimed before, the very same one. A task that it no longer knows has been told
 * (aws.md 2.7).
 */
export async function deliverAgain(world: World, wait: WaitRow): Promise<Taken> {
  const told = (await unseal(world, wait, wait.answer ?? '')) as unknown as Told
  const taken = await deliver(world, wait, told as Told & Json)
  if (taken === 'taken') await settleAnswer(world, wait, true)
  if (taken === 'timed_out' || taken === 'unknown_task') await settleAnswer(world, wait, false)
  return taken
}
