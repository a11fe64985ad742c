import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'

/** Who did what; never a value that was given. */
export interface AuditRow {
  id: string
  at: string
  actor: string
  action: string
  target: string
  requestId: string | null
  address: string | null
  details: string
}

const keepSeconds = 400 * 86_400

/** Adds an entry; entries are never changed. */
export async function putAudit({ db, settings, clock }: World, org: string, row: AuditRow): Promise<void> {
  const month = row.at.slice(0, 7).replace('-', '')
  await db.send(
    new PutCommand({
      TableName: settings.table,
      Item: { ...keys.audit(org, month, row.id), ...row, ttl: Math.floor(clock.now() / 1000) + keepSeconds },
    }),
  )
}
