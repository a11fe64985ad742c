import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** What a resume token opens: one run. */
export interface ResumeRow {
  orgId: string
  runId: string
  shareId: string
  /** Whether its holder may decide approvals that name no approvers. */
  allowApproval: boolean
  /** Seconds since 1970 at which nobody can need it any more. */
  ttl: number
}

/** Puts the pointer that a token is found by, in the transaction that begins its run. */
export function putResume(tokenHash: string, row: ResumeRow): Write {
  return { Put: { TableName: '', Item: { ...keys.resumePointer(tokenHash), ...row } } }
}

/** What a token with that digest opens. */
export async function findResume({ db, settings }: World, tokenHash: string): Promise<ResumeRow | null> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.resumePointer(tokenHash),
      ConsistentRead: true,
    }),
  )
  return (Item as ResumeRow | undefined) ?? null
}
