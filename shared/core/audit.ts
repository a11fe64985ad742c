import { instant } from '../aws/clock.ts'
import { type AuditRow, auditWrite, putAudit } from '../store/audit.ts'
import type { Write } from '../store/transact.ts'
import type { World } from '../world.ts'

/** Something that is written down: who did what to what. */
export interface AuditEntry {
  actor: string
  action: string
  target: string
  requestId?: string | undefined
  address?: string | undefined
  details?: Record<string, string | number | boolean>
}

/** Writes an entry to the organisation's audit trail (conventions.md §9). */
export async function audit(world: World, orgId: string, entry: AuditEntry): Promise<void> {
  await putAudit(world, orgId, rowOf(world, entry))
}

/** The same as a part of the transaction that does it: nothing is done without its entry. */
export function audited(world: World, orgId: string, entry: AuditEntry): Write {
  return auditWrite(orgId, rowOf(world, entry))
}

function rowOf({ ids, clock }: World, entry: AuditEntry): AuditRow {
  const { actor, action, target, requestId = null, address = null, details = {} } = entry
  const at = instant(clock.now())
  return { id: ids.ulid(), at, actor, action, target, requestId, address, details: JSON.stringify(details) }
}
