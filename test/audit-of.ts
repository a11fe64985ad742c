import { type AuditRow, auditMonth } from '../shared/store/audit.ts'
import type { World } from '../shared/world.ts'

/** Entries of a month, newest first. */
export async function auditOf(world: World, org: string, month: string): Promise<AuditRow[]> {
  return await Array.fromAsync(auditMonth(world, org, month))
}
