import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { inBatches } from './in-batches.ts'

/** Most writes of one BatchWriteItem. */
const batchSize = 25

type Requests = NonNullable<BatchWriteCommand['input']['RequestItems']>[string]

/** Deletes items by their keys, each named once; those that are not there do not matter. */
export async function deleteItems(world: World, items: { pk: string; sk: string }[]): Promise<void> {
  const { table } = world.settings
  const all: Requests = items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }))
  await inBatches(world, all, batchSize, async (some) => {
    const page = await world.db.send(new BatchWriteCommand({ RequestItems: { [table]: some } }))
    return page.UnprocessedItems?.[table] ?? []
  })
}
