import * as z from 'zod'
import type { Principal } from '../../core/principal.ts'
import type { RunView, WaitView } from '../../core/run-view.ts'
import { instant, uuid } from '../shapes.ts'

/** What seed 001 calls the kinds of waits. */
const actionTypes: Record<string, string> = { approval: 'user-approval' }

const actionShape = z.looseObject({ type: z.string(), executionId: uuid, timestamp: instant })

const stateShape = z.strictObject({
  type: z.string(),
  waitId: uuid,
  stepId: z.string(),
  stepName: z.string(),
  since: instant,
  expiresAt: instant,
  openWaits: z.int(),
})

/** The open wait and what to do about it (dashboard.md §3), the same in execute, resume, poll and details. */
export const waitingShape = {
  waitState: stateShape,
  pendingAction: actionShape,
  pendingActions: z.array(actionShape).optional(),
}

/** The same where the run need not be waiting. */
export const maybeWaitingShape = {
  waitState: stateShape.nullable(),
  pendingAction: actionShape.nullable(),
  pendingActions: z.array(actionShape).optional(),
}

/** The oldest open wait, and all of them if there are several; nulls if none is open. */
export function waitingOf({ waits, openWaits }: RunView, hides: Hides = showAll): Record<string, unknown> {
  const [oldest] = waits
  if (oldest === undefined) return { waitState: null, pendingAction: null }
  const { kind, id, stepId, stepName, openedAt, expiresAt } = oldest
  return {
    waitState: {
      type: actionTypes[kind] ?? kind,
      waitId: id,
      stepId,
      stepName,
      since: openedAt,
      expiresAt,
      openWaits,
    },
    pendingAction: actionOf(oldest, hides),
    ...(openWaits > 1 ? { pendingActions: waits.map((wait) => actionOf(wait, hides)) } : {}),
  }
}

/** Questions whose content the reader may not see. */
export type Hides = (wait: WaitView) => boolean

const showAll: Hides = () => false

/** The starter of a shared run sees of an approval that he may not decide only that there is one. */
export function hidesFrom({ holds }: Pick<Principal, 'holds'>): Hides {
  if (!holds) return showAll
  return ({ kind, question }) =>
    kind === 'approval' && (!holds.allowApproval || Array.isArray(question.approvers))
}

/** Who may answer, and who has, is not the caller's business here. */
function actionOf(wait: WaitView, hides: Hides): Record<string, unknown> {
  const { id, kind, question, openedAt } = wait
  const { kind: _, approvers: __, allowSelf: ___, votes: ____, ...all } = question
  const { message: _____, form: ______, ...rest } = all
  const shown = hides(wait) ? rest : all
  return { type: actionTypes[kind] ?? kind, executionId: id, ...shown, timestamp: openedAt }
}
