import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { AccountRow } from './accounts.ts'
import { getItems } from './batch-get.ts'
import { keys } from './table.ts'
import { itemFound } from './transact.ts'

/** One signed-in client: the family of tokens that came of one login. */
export interface SessionRow {
  id: string
  orgId: string
  accountId: string
  /** The account's epoch at login: when that rises, all sessions before it end. */
  epoch: number
  /** The token that counts, and when it was made (seconds since 1970). */
  jti: string
  issuedAt: number
  /** The token before it, and when it was swapped (milliseconds): it may be swapped once more for 60 s. */
  previousJti?: string
  swappedAt?: number
  /** When the login was (milliseconds): nothing outlives it by more than 30 days. */
  openedAt: number
  revokedAt?: string
  ttl: number
}

/** Puts a session that was just opened. */
export async function putSession({ db, settings }: World, row: SessionRow): Promise<void> {
  await db.send(
    new PutCommand({ TableName: settings.table, Item: { ...keys.session(row.orgId, row.id), ...row } }),
  )
}

/** Session and account in one strongly consistent read: both decide about every request. */
export async function getSessionAndAccount(
  world: World,
  org: string,
  session: string,
  account: string,
): Promise<{ session: SessionRow | null; account: AccountRow | null }> {
  const items = await getItems(world, [keys.session(org, session), keys.account(org, account)])
  const find = (prefix: string) => items.find(({ sk }) => sk.startsWith(prefix)) ?? null
  return {
    session: find('SESS#') as SessionRow | null,
    account: find('USER#') as AccountRow | null,
  }
}

/** Swaps the token under the condition that it still counts. @returns the row as it is now; `swapped` tells who did it. */
export async function swapToken(
  { db, settings }: World,
  { orgId, id }: Pick<SessionRow, 'orgId' | 'id'>,
  { from, to, issuedAt, now }: { from: string; to: string; issuedAt: number; now: number },
): Promise<{ swapped: boolean; row: SessionRow | null }> {
  try {
    const { Attributes } = await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.session(orgId, id),
        UpdateExpression: 'SET jti = :to, issuedAt = :issued, previousJti = :from, swappedAt = :now',
        ConditionExpression: 'jti = :from AND attribute_not_exists(revokedAt)',
        ExpressionAttributeValues: { ':to': to, ':issued': issuedAt, ':from': from, ':now': now },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    )
    return { swapped: true, row: Attributes as SessionRow }
  } catch (error) {
    const found = itemFound(error)
    if (found === null) throw error
    return { swapped: false, row: (found.item as SessionRow | undefined) ?? null }
  }
}

/** Ends the session: no token of it counts any more. @returns false if it had ended already. */
export async function revokeSession(
  { db, settings }: World,
  org: string,
  session: string,
  at: string,
): Promise<boolean> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.session(org, session),
        UpdateExpression: 'SET revokedAt = :at',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
        ExpressionAttributeValues: { ':at': at },
      }),
    )
    return true
  } catch (error) {
    if (itemFound(error)) return false
    throw error
  }
}
