import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'

/**
 * Counts calls in a minute.
 *
 * @param minute whole minutes since 1970.
 * @param calls how many are added; less than none takes some back.
 * @returns how many there were in it, these included.
 */
export async function countCalls(
  { db, settings }: World,
  scope: string,
  minute: number,
  calls = 1,
): Promise<number> {
  const { Attributes } = await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.rate(scope, String(minute)),
      UpdateExpression: 'ADD calls :calls SET #ttl = :ttl',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':calls': calls, ':ttl': (minute + 2) * 60 },
      ReturnValues: 'UPDATED_NEW',
    }),
  )
  return Number(Attributes?.calls ?? calls)
}
