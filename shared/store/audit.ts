import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** Stands for the organisation where there is none, e.g. for a sign-in with a name that nobody has. */
export const nobodys = 'none'

/** Who did what; never a value that was given. */
export interface AuditRow {
  id: string
  at: string
  actor: string
  action: string
  target: string
  requestId: string | null
  address: string | null
  /** JSON text. */
  details: string
}

const keepDays = 400
/** Entries of no organisation: anybody can cause them, nobody can list them. */
const keepNobodysDays = 1

/** Adds an entry; entries are never changed. */
export async function putAudit({ db, settings }: World, org: string, row: AuditRow): Promise<void> {
  await db.send(new PutCommand({ TableName: settings.table, Item: itemOf(org, row) }))
}

/** What `putAudit` does, as a part of the transaction that the entry tells of. */
export function auditWrite(org: string, row: AuditRow): Write {
  return { Put: { TableName: '', Item: itemOf(org, row) } }
}

function itemOf(org: string, row: AuditRow) {
  const days = org === nobodys ? keepNobodysDays : keepDays
  const ttl = Math.floor(Date.parse(row.at) / 1000) + days * 86_400
  return { ...keys.audit(org, monthOf(row.at), row.id), ...row, ttl }
}

/** Entries of a month (`yyyymm`) that are older than one, if it is given, newest first; strongly consistent. */
export function auditMonth(
  world: World,
  org: string,
  month: string,
  before?: string,
): AsyncGenerator<AuditRow> {
  const listing = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.audit(org, month, '').pk },
    ConsistentRead: true,
    ScanIndexForward: false,
  }
  return readItems<AuditRow>(
    world,
    listing,
    before === undefined ? undefined : keys.audit(org, month, before),
  )
}

/** `yyyymm` of an instant. */
export function monthOf(at: string): string {
  return at.slice(0, 7).replace('-', '')
}
