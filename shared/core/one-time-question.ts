import type { Question } from '../steps/define.ts'
import { findStep } from '../steps/index.ts'
import { replaceQuestion } from '../store/wait-changes.ts'
import { getWait, type WaitRow } from '../store/waits.ts'
import type { World } from '../world.ts'
import { newChallenge } from './known-to-step.ts'

/** How long an answer waits to see what becomes of one that came a moment before. */
const patienceMs = 1_000
const pauseMs = 20

/**
 * Uses up a question that is good for one answer: another takes its place before the answer is looked at.
 *
 * @returns false if another answer was faster.
 */
export async function useUp(world: World, wait: WaitRow, question: Question): Promise<boolean> {
  const step = findStep(wait.stepType)
  if (step?.kind !== 'wait' || step.renew === undefined) return true
  return await replaceQuestion(world, wait, JSON.stringify(step.renew(question, newChallenge(world))))
}

/**
 * The wait as another answer has closed it that was at work when this one was read: the question that this one was held to
 * was new by then. null = there was none, and this answer is a bad one.
 */
export async function closedByOther(
  world: World,
  wait: WaitRow,
  { challengedAt }: Question,
): Promise<WaitRow | null> {
  const isNew = typeof challengedAt === 'string' && world.clock.now() - Date.parse(challengedAt) < patienceMs
  if (!isNew) return null
  const now = await afterOther(world, wait)
  return now.status === 'open' ? null : now
}

/** The wait once the faster answer has been taken, or has proved to be none. */
export async function afterOther(world: World, wait: WaitRow): Promise<WaitRow> {
  const end = world.clock.now() + patienceMs
  for (;;) {
    const now = (await getWait(world, wait.orgId, wait.runId, wait.stepKey)) ?? wait
    if (now.status !== 'open' || world.clock.now() >= end) return now
    await world.clock.sleep(pauseMs)
  }
}
