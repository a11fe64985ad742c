import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { itemFound } from './transact.ts'

/** What a put hangs on, for rows that count their changes in `rev`: as it was read, or not there still. */
export function asSeen(rev: number | null) {
  return rev === null
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'rev = :seen', ExpressionAttributeValues: { ':seen': rev } }
}

/** Puts a row with its next `rev` over the one that was seen. @returns false if somebody was faster. */
export async function putAsSeen(
  { db, settings }: World,
  item: Record<string, unknown>,
  seen: { rev: number } | null,
): Promise<boolean> {
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: { ...item, rev: (seen?.rev ?? 0) + 1 },
        ...asSeen(seen?.rev ?? null),
      }),
    )
    return true
  } catch (error) {
    if (itemFound(error)) return false
    throw error
  }
}
