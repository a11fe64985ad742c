import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'

/** Most writes of one BatchWriteItem. */
const batchSize = 25

type Requests = NonNullable<BatchWriteCommand['input']['RequestItems']>[string]

/** Deletes items by their keys, each named once; those that are not there do not matter. */
export async function deleteItems(
  { db, settings }: World,
  items: { pk: string; sk: string }[],
): Promise<void> {
  let left: Requests = items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }))
  while (left.length > 0) {
    const page = await db.send(
      new BatchWriteCommand({ RequestItems: { [settings.table]: left.slice(0, batchSize) } }),
    )
    left = [...(page.UnprocessedItems?.[settings.table] ?? []), ...left.slice(batchSize)]
  }
}
