import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'

/**
 * Counts a call in a minute.
 *
 * @param minute whole minutes since 1970.
 * @returns how many there were in it, this one included.
 */
export async function countCall({ db, settings }: World, scope: string, minute: number): Promise<number> {
  const { Attributes } = await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.rate(scope, String(minute)),
      UpdateExpression: 'ADD calls :one SET #ttl = :ttl',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':one': 1, ':ttl': (minute + 2) * 60 },
      ReturnValues: 'UPDATED_NEW',
    }),
  )
  return Number(Attributes?.calls ?? 1)
}
