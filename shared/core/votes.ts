import { instant } from '../aws/clock.ts'
import type { Question } from '../steps/define.ts'
import { changeRun, type RunRow } from '../store/runs.ts'
import { voteOnWait } from '../store/wait-changes.ts'
import type { WaitRow } from '../store/waits.ts'
import type { World } from '../world.ts'
import type { CheckedAnswer } from './checked-answer.ts'
import { alreadyVoted, secondAnswer, waitExpired } from './second-answer.ts'

/**
 * Counts an approval where several are needed (conventions.md §8, rule 6). `decided`: the wait may be claimed, because one
 * is enough, enough have approved, or somebody rejects.
 *
 * @throws {Fault} `wait_already_answered` if this voter has decided otherwise, or the wait is closed; `wait_expired`.
 */
export async function castVote(
  world: World,
  run: RunRow,
  wait: WaitRow,
  question: Question,
  answer: CheckedAnswer,
): Promise<'decided' | 'voted' | 'voted before'> {
  if (wait.votes === undefined) return 'decided'
  const { needed } = question.approvals as { needed: number }
  const decision = String(answer.outcome.decision)
  const before = wait.votes[answer.voter]
  if (before && before.decision !== decision) throw alreadyVoted(before)
  if (decision !== 'approve') return 'decided'
  if (before) return Object.keys(wait.votes).length >= needed ? 'decided' : 'voted before'
  const vote = { decision, by: answer.actor, at: answer.at }
  const { voted, row } = await voteOnWait(world, wait, answer.voter, vote)
  if (!voted) return await afterLostVote(world, run, row ?? wait, needed, answer)
  if (Object.keys(row?.votes ?? {}).length >= needed) return 'decided'
  await changeRun(world, run.orgId, run.id, { set: { updatedAt: instant(world.clock.now()) } })
  return 'voted'
}

async function afterLostVote(
  world: World,
  run: RunRow,
  row: WaitRow,
  needed: number,
  { actor, answerHash, voter }: CheckedAnswer,
): Promise<'decided' | 'voted before'> {
  const votes = row.votes ?? {}
  if (row.status === 'open' && votes[voter])
    return Object.keys(votes).length >= needed ? 'decided' : 'voted before'
  if (row.status === 'open') throw waitExpired(row)
  await secondAnswer(world, run, row, { actor, answerHash })
  return 'voted before'
}
