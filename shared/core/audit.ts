import { instant } from '../aws/clock.ts'
import { putAudit } from '../store/audit.ts'
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
  const { actor, action, target, requestId = null, address = null, details = {} } = entry
  await putAudit(world, orgId, {
    id: world.ids.ulid(),
    at: instant(world.clock.now()),
    actor,
    action,
    target,
    requestId,
    address,
    details: JSON.stringify(details),
  })
}
