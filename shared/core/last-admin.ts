import { Fault } from '../faults.ts'
import { stillAdmin } from '../store/account-changes.ts'
import { type AccountRow, listAccountRows } from '../store/accounts.ts'
import type { Write } from '../store/transact.ts'
import type { World } from '../world.ts'

/**
 * What goes into the transaction that takes an admin's role or account: it holds only while another admin is left.
 *
 * @throws {Fault} `conflict` reason `last_admin`.
 */
export async function needAnotherAdmin(world: World, { orgId, id }: AccountRow): Promise<Write> {
  const accounts = await listAccountRows(world, orgId)
  const other = accounts.find((row) => row.role === 'admin' && !row.disabled && row.id !== id)
  if (other) return stillAdmin(other)
  throw new Fault('conflict', 'An organisation needs an admin', { reason: 'last_admin' })
}
