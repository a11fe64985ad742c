import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { WaitView } from '../../core/run-view.ts'
import { instant, jsonObject, uuid } from '../shapes.ts'

/** A wait as Sluice's own routes print it (conventions.md §8). */
export const waitShape = z.strictObject({
  id: uuid,
  runId: uuid,
  flowId: uuid,
  stepId: z.string(),
  stepName: z.string(),
  kind: z.string(),
  status: z.enum(['open', 'claimed', 'answered', 'expired', 'cancelled']),
  question: jsonObject,
  openedAt: instant,
  expiresAt: instant,
  onTimeout: z.json(),
  answeredAt: instant.nullable(),
  answeredBy: z.string().nullable(),
  outcome: jsonObject.nullable(),
})

/** Who may answer is told by what he is refused, not to everybody. */
export function waitObject(wait: WaitView): z.output<typeof waitShape> {
  const { kind: _, approvers: __, allowSelf: ___, ...question } = wait.question
  const { id, runId, flowId, stepId, stepName, kind, status } = wait
  const { openedAt, expiresAt, onTimeout, answeredAt, answeredBy, outcome } = wait
  return {
    ...{ id, runId, flowId, stepId, stepName, kind, status, question },
    ...{ openedAt, expiresAt, onTimeout, answeredAt, answeredBy, outcome },
  }
}

/** A wait has no counter of its own: its tag is made of what is shown. */
export function etagOfWait(wait: WaitView): string {
  const shown = JSON.stringify(waitObject(wait))
  return `W/"${createHash('sha256').update(shown).digest('base64url').slice(0, 22)}"`
}
