import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { putAsSeen } from './put-as-seen.ts'
import { keys } from './table.ts'

/** A one-time code that was sent to somebody for a purpose: the latest one alone counts. */
export interface CodeRow {
  orgId: string
  /** Digest of purpose and receiver. */
  of: string
  /** Keyed digest of the code. */
  codeHash: string
  /** RFC 3339; checked on reading. */
  expiresAt: string
  attemptsLeft: number
  /** The visit that sent it, the last one that tried it, and the one that used it. */
  sentBy: string
  triedBy?: string
  usedBy?: string
  /** Moments of the latest sends, in milliseconds since 1970. */
  sentAt: number[]
  /** Wrong codes of all that were sent since the first of them; absent = none since a right one. */
  wrong?: { since: number; count: number }
  /** Counts changes, from 1. */
  rev: number
  /** Seconds since 1970. */
  ttl: number
}

/** The code, strongly consistent. */
export async function getCode({ db, settings }: World, orgId: string, of: string): Promise<CodeRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.code(orgId, of), ConsistentRead: true }),
  )
  return (Item as CodeRow | undefined) ?? null
}

/** Writes a code under the row that was seen. @returns false if somebody was faster. */
export async function putCode(
  world: World,
  row: Omit<CodeRow, 'rev'>,
  seen: CodeRow | null,
): Promise<boolean> {
  return await putAsSeen(world, { ...keys.code(row.orgId, row.of), ...row }, seen)
}
