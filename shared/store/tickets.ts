import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'
import { itemFound } from './transact.ts'

/** What a ticket stands for; the ticket itself is stored nowhere. */
export interface TicketRow {
  orgId: string
  kind: string
  userId: string | null
  email: string | null
  /** JSON text. */
  claims: string
  /** RFC 3339; checked on reading. */
  expiresAt: string
  /** The visit that has used it. */
  usedBy?: string
  /** Seconds since 1970. */
  ttl: number
}

/** Puts a ticket; made by the same visit before, it stands. */
export async function putTicket({ db, settings }: World, sha256: string, row: TicketRow): Promise<void> {
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: { ...keys.ticket(sha256), ...row },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )
  } catch (error) {
    if (!itemFound(error)) throw error
  }
}

/** The ticket with that digest, strongly consistent. */
export async function findTicket({ db, settings }: World, sha256: string): Promise<TicketRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.ticket(sha256), ConsistentRead: true }),
  )
  return (Item as TicketRow | undefined) ?? null
}

/** Uses a ticket up. @returns false if another visit was faster. */
export async function useTicket({ db, settings }: World, sha256: string, usedBy: string): Promise<boolean> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.ticket(sha256),
        UpdateExpression: 'SET usedBy = :visit',
        ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(usedBy) OR usedBy = :visit)',
        ExpressionAttributeValues: { ':visit': usedBy },
      }),
    )
    return true
  } catch (error) {
    if (itemFound(error)) return false
    throw error
  }
}
