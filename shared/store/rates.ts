import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'

/** How often something happened in a window; all functions share the count. */
export async function countIn({ db, settings }: World, scope: string, window: string): Promise<number> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.rate(scope, window), ConsistentRead: true }),
  )
  return Number(Item?.times ?? 0)
}

/** Counts one more. */
export async function addTo(
  { db, settings }: World,
  scope: string,
  window: string,
  ttl: number,
): Promise<void> {
  await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.rate(scope, window),
      UpdateExpression: 'ADD times :one SET #ttl = :ttl',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':one': 1, ':ttl': ttl },
    }),
  )
}
