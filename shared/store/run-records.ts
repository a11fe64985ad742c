import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { releaseFile } from './file-uses.ts'
import { readItems } from './pages.ts'
import { keys } from './table.ts'

const batchSize = 25

/** Deletes everything that lies with a run, and what points to it; files that no other run uses go with it. */
export async function deleteRunRecords(world: World, org: string, run: string): Promise<void> {
  const items = readItems<{ pk: string; sk: string; id?: string }>(world, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.run(org, run).pk },
    ProjectionExpression: 'pk, sk, id',
    ConsistentRead: true,
  })
  let batch: { pk: string; sk: string }[] = []
  for await (const { pk, sk, id } of items) {
    if (sk.startsWith('FILE#')) {
      await releaseFile(world, { orgId: org, runId: run, fileId: sk.slice('FILE#'.length) })
      continue
    }
    batch.push({ pk, sk })
    if (sk.startsWith('WAIT#') && id !== undefined) batch.push(keys.waitPointer(org, id))
    if (batch.length < batchSize - 1) continue
    await deleteItems(world, batch)
    batch = []
  }
  if (batch.length > 0) await deleteItems(world, batch)
}

async function deleteItems({ db, settings }: World, items: { pk: string; sk: string }[]): Promise<void> {
  type Requests = NonNullable<BatchWriteCommand['input']['RequestItems']>[string]
  let left: Requests = items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }))
  while (left.length > 0) {
    const page = await db.send(new BatchWriteCommand({ RequestItems: { [settings.table]: left } }))
    left = page.UnprocessedItems?.[settings.table] ?? []
  }
}
