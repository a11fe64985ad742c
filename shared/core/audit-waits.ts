import { createHash } from 'node:crypto'
import { encodeTime } from 'ulid'
import { putAudit } from '../store/audit.ts'
import type { WaitRow } from '../store/waits.ts'
import type { World } from '../world.ts'

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const actions: Partial<Record<WaitRow['status'], string>> = {
  answered: 'wait.answered',
  expired: 'wait.expired',
}

/**
 * Writes down who answered a wait, or that nobody did (conventions.md §9). It is told off the change of its row, so that no
 * answer waits for it; told again, it is the same entry.
 */
export async function auditWait(world: World, before: WaitRow | null, after: WaitRow): Promise<void> {
  const action = actions[after.status]
  if (action === undefined || before?.status === after.status) return
  const at = after.answeredAt ?? after.closedAt ?? after.openedAt
  await putAudit(world, after.orgId, {
    id: `${encodeTime(Date.parse(at))}${lettersOf(`${action} ${after.id}`)}`,
    at,
    actor: after.answeredBy ?? 'timer',
    action,
    target: after.id,
    requestId: null,
    address: null,
    details: JSON.stringify({ runId: after.runId, stepId: after.stepId }),
  })
}

/** The sixteen last letters of a ULID, made of a text. */
function lettersOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  return Array.from(bytes, (byte) => letters[byte % 32]).join('')
}
