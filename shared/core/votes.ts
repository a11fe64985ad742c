import { instant } from '../aws/clock.ts'
import type { Question } from '../steps/define.ts'
import { changeRun, type RunRow } from '../store/runs.ts'
import { voteOnWait } from '../store/wait-changes.ts'
import type { WaitRow } from '../store/waits.ts'
import type { World } from '../world.ts'
import type { CheckedAnswer, Taking } from './checked-answer.ts'
import { alreadyVoted, secondAnswer, waitExpired } from './second-answer.ts'

/**
 * Counts an approval where several are needed (conventions.md §8, rule 6). null: the wait may be claimed, because one is
 * enough, enough have approved, or somebody rejects.
 *
 * @throws {Fault} `wait_already_answered` if this voter has decided otherwise, or the wait is closed; `wait_expired`.
 */
export async function castVote(
  world: World,
  run: RunRow,
  wait: WaitRow,
  question: Question,
  answer: CheckedAnswer,
): Promise<Taking | null> {
  if (wait.votes === undefined) return null
  const { needed } = question.approvals as { needed: number }
  const decision = String(answer.outcome.decision)
  const before = wait.votes[answer.voter]
  if (before && before.decision !== decision) throw alreadyVoted(before)
  if (decision !== 'approve') return null
  if (before) return countOf(wait) >= needed ? null : { wait, replayed: true, voted: true }
  const vote = { decision, by: answer.actor, at: answer.at }
  const { voted, row } = await voteOnWait(world, wait, answer.voter, vote)
  if (!voted) return await afterLostVote(world, run, row ?? wait, needed, answer)
  if (countOf(row) >= needed) return null
  await changeRun(world, run.orgId, run.id, { set: { updatedAt: instant(world.clock.now()) } })
  return { wait: row ?? wait, replayed: false, voted: true }
}

function countOf(wait: WaitRow | null): number {
  return Object.keys(wait?.votes ?? {}).length
}

async function afterLostVote(
  world: World,
  run: RunRow,
  row: WaitRow,
  needed: number,
  { actor, answerHash, voter, outcome }: CheckedAnswer,
): Promise<Taking | null> {
  if (row.status === 'open' && row.votes?.[voter])
    return countOf(row) >= needed ? null : { wait: row, replayed: true, voted: true }
  if (row.status === 'open') throw waitExpired(row)
  const given = { actor, answerHash, voter, decision: outcome.decision }
  return { wait: await secondAnswer(world, run, row, given), replayed: true }
}
