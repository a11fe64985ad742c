import { instant } from '../aws/clock.ts'
import { isTransient } from '../aws/transient.ts'
import { Fault } from '../faults.ts'
import { getRun, type RunRow } from '../store/runs.ts'
import { claimWait, closeWait, reopenWait } from '../store/wait-changes.ts'
import type { WaitRow } from '../store/waits.ts'
import type { Json, World } from '../world.ts'
import type { CheckedAnswer, Taking } from './checked-answer.ts'
import { deliver, settleAnswer } from './deliver.ts'
import { markExpired } from './expire-wait.ts'
import { runFinished } from './name-wait.ts'
import { unavailable } from './refusal.ts'
import { seal } from './sealing.ts'
import { alreadyVoted, secondAnswer, waitExpired } from './second-answer.ts'
import { type Taken, toldLimitBytes } from './task-tokens.ts'

/**
 * Claims the wait, tells the engine, and records that it took the answer.
 * @throws {Fault} as `answerWait`.
 */
export async function claimAndDeliver(
  world: World,
  run: RunRow,
  wait: WaitRow,
  answer: CheckedAnswer,
): Promise<Taking> {
  const claimId = world.ids.uuid()
  const row = await claimWait(world, wait, {
    claimId,
    at: instant(world.clock.now()),
    by: answer.actor,
    answerHash: answer.answerHash,
    answer: await seal(world, wait, answer.told as unknown as Json),
    outcome: JSON.stringify(answer.outcome),
    ...(answer.outcome.decision === 'reject' ? { voter: answer.voter } : {}),
  })
  if (!row) throw runFinished(run)
  if (row.claimId !== claimId) return await afterLostClaim(world, run, row, answer)
  await settle(world, run, row, await deliver(world, row, answer.told))
  const closed = { status: 'answered' as const, answeredAt: row.claimedAt ?? answer.at }
  return { wait: { ...row, ...closed }, replayed: false }
}

async function afterLostClaim(
  world: World,
  run: RunRow,
  row: WaitRow,
  { actor, answerHash, voter }: CheckedAnswer,
): Promise<Taking> {
  if (row.status === 'open') {
    const vote = row.votes?.[voter]
    throw vote ? alreadyVoted(vote) : waitExpired(row)
  }
  return { wait: await secondAnswer(world, run, row, { actor, answerHash }), replayed: true }
}

/** Makes the record agree with what the engine said (hardening.md rules 18, 19). */
async function settle(world: World, run: RunRow, wait: WaitRow, taken: Taken): Promise<void> {
  if (taken === 'taken') return await recordAnswer(world, wait)
  if (taken === 'timed_out') {
    await markExpired(world, wait)
    throw waitExpired(wait)
  }
  if (taken === 'unknown_task') {
    await closeWait(world, wait, { status: 'cancelled', at: instant(world.clock.now()), from: ['claimed'] })
    throw runFinished((await getRun(world, run.orgId, run.id)) ?? run)
  }
  if (taken === 'unclear') throw unavailable(new Error('The engine did not reply'))
  await reopenWait(world, wait)
  if (taken === 'refused') throw unavailable(new Error('The engine is busy'))
  throw new Fault('payload_too_large', 'The answer is larger than 256 KiB', { limitBytes: toldLimitBytes })
}

/** The engine has the answer: a record that cannot be written now is written by the sweep. */
async function recordAnswer(world: World, wait: WaitRow): Promise<void> {
  try {
    await settleAnswer(world, wait, true)
  } catch (error) {
    if (!isTransient(error)) throw error
    world.log.warn('An answer is not recorded yet', { runId: wait.runId })
  }
}
