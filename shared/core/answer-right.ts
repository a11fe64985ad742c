import { Fault } from '../faults.ts'
import type { Question } from '../steps/define.ts'
import type { RunRow } from '../store/runs.ts'
import type { Principal } from './principal.ts'

/**
 * Checks that this principal may answer the question: of an approval with `approvers` only those named, and with
 * `allowSelf: false` not the one who started the run (conventions.md §2).
 *
 * @throws {Fault} `forbidden`.
 */
export function checkRight(question: Question, who: Principal, run: RunRow): void {
  const { approvers, allowSelf } = question
  if (who.holds && question.kind === 'approval' && (!who.holds.allowApproval || Array.isArray(approvers)))
    throw new Fault('forbidden', 'Whoever holds a resume token may not decide this')
  if (Array.isArray(approvers) && !namesOf(who).some((name) => listed(approvers, name)))
    throw new Fault('forbidden', 'Only the approvers of this step may answer')
  const started = who.actor === run.createdBy || (who.accountId !== null && who.accountId === run.accountId)
  if (allowSelf === false && started)
    throw new Fault('forbidden', 'Whoever started the run may not approve it')
}

function namesOf({ accountId, email }: Principal): string[] {
  return [accountId, email].filter((name) => name !== null)
}

function listed(approvers: unknown[], name: string): boolean {
  return approvers.some((one) => String(one).toLowerCase() === name.toLowerCase())
}
