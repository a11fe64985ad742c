import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { ConnectionRow } from './connections.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** What a ticket opens, once: a connection to one run, in the name of who asked for it. */
export interface TicketRow
  extends Pick<ConnectionRow, 'orgId' | 'runId' | 'accountId' | 'credential' | 'until'> {
  /** Milliseconds since 1970 from which it opens nothing. */
  expiresAt: number
  ttl: number
}

/** Puts a ticket under its digest; the text is stored nowhere. */
export async function putTicket({ db, settings }: World, sha256: string, row: TicketRow): Promise<void> {
  await db.send(new PutCommand({ TableName: settings.table, Item: { ...keys.socketTicket(sha256), ...row } }))
}

/** The ticket with a digest, strongly consistent. */
export async function findTicket({ db, settings }: World, sha256: string): Promise<TicketRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.socketTicket(sha256), ConsistentRead: true }),
  )
  return (Item as TicketRow | undefined) ?? null
}

/** Spends a ticket: a second time the transaction that holds this fails. */
export function spendTicket(sha256: string): Write {
  return {
    Delete: {
      TableName: '',
      Key: keys.socketTicket(sha256),
      ConditionExpression: 'attribute_exists(pk)',
    },
  }
}
