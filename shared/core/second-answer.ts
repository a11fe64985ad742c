import { Fault } from '../faults.ts'
import { getRun, type RunRow } from '../store/runs.ts'
import { getWait, type Vote, type WaitRow } from '../store/waits.ts'
import type { Json, World } from '../world.ts'
import { deliverAgain } from './deliver.ts'
import { runFinished } from './name-wait.ts'

/** Longest time that a later answer waits for the claim of an earlier one. */
const patienceMs = 10_000
/** After so long nobody is at work on a claim any more: the same answer may deliver it itself. */
const flightMs = 2000
const pauseMs = 25

/** Who answers, and with what. */
export interface Given {
  actor: string
  answerHash: string
  /** The vote that it would be, where several approvals are needed. */
  voter?: string
  decision?: Json | undefined
}

/**
 * What an answer gets that finds its wait closed, or being answered (conventions.md §8, rules 3-5). Returns the wait if the
 * answer is the very one that was taken.
 *
 * @throws {Fault} `wait_already_answered`, `wait_expired`, `run_finished`.
 */
export async function secondAnswer(world: World, run: RunRow, wait: WaitRow, given: Given): Promise<WaitRow> {
  const settled = wait.status === 'claimed' ? await afterClaim(world, wait, given) : wait
  if (settled.status === 'expired') throw waitExpired(settled)
  if (settled.status === 'answered' || settled.status === 'claimed') {
    if (isSame(settled, given)) return settled
    throw alreadyAnswered(settled)
  }
  throw runFinished((await getRun(world, run.orgId, run.id)) ?? run)
}

async function afterClaim(world: World, wait: WaitRow, given: Given): Promise<WaitRow> {
  const end = world.clock.now() + patienceMs
  for (let now: WaitRow | null = wait; ; now = await getWait(world, wait.orgId, wait.runId, wait.stepKey)) {
    if (now?.status !== 'claimed' || world.clock.now() >= end) return now ?? wait
    const age = world.clock.now() - Date.parse(now.claimedAt ?? now.openedAt)
    if (isSame(now, given) && age >= flightMs) {
      await deliverAgain(world, now)
      return (await getWait(world, wait.orgId, wait.runId, wait.stepKey)) ?? now
    }
    await world.clock.sleep(pauseMs)
  }
}

/** Same actor, same answer; or a vote that was counted. */
function isSame(wait: WaitRow, { actor, answerHash, voter, decision }: Given): boolean {
  if (voter !== undefined && decision !== undefined && wait.votes?.[voter]?.decision === decision) return true
  return wait.answeredBy === actor && wait.answerHash === answerHash
}

/** The refusal that tells who was first. */
export function alreadyAnswered(wait: WaitRow): Fault {
  return new Fault('wait_already_answered', 'The wait has been answered', {
    answeredAt: wait.answeredAt ?? wait.claimedAt ?? null,
    answeredBy: wait.answeredBy ?? null,
    outcome: wait.outcome === undefined ? null : JSON.parse(wait.outcome),
  })
}

/** The refusal of a second vote that contradicts the first. */
export function alreadyVoted({ decision, by, at }: Vote): Fault {
  return new Fault('wait_already_answered', 'You have voted already', {
    answeredAt: at,
    answeredBy: by,
    outcome: { decision },
  })
}

/** The refusal of an answer that comes too late. */
export function waitExpired(wait: WaitRow): Fault {
  return new Fault('wait_expired', 'The wait has expired', {
    expiredAt: wait.expiresAt,
    onTimeout: JSON.parse(wait.onTimeout),
  })
}
