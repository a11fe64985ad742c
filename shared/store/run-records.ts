import type { World } from '../world.ts'
import { deleteItems } from './delete-items.ts'
import { releaseFile } from './file-uses.ts'
import { readItems } from './pages.ts'
import { keys } from './table.ts'

const batchSize = 25

/** Deletes everything that lies with a run, and what points to it; files that no other run uses go with it. */
export async function deleteRunRecords(world: World, org: string, run: string): Promise<void> {
  const items = readItems<{ pk: string; sk: string; id?: string; tokenHash?: string }>(world, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.run(org, run).pk },
    ProjectionExpression: 'pk, sk, id, tokenHash',
    ConsistentRead: true,
  })
  let batch: { pk: string; sk: string }[] = []
  for await (const { pk, sk, id, tokenHash } of items) {
    if (sk.startsWith('FILE#')) {
      await releaseFile(world, { orgId: org, runId: run, fileId: sk.slice('FILE#'.length) })
      continue
    }
    batch.push({ pk, sk })
    if (sk.startsWith('WAIT#') && id !== undefined) batch.push(keys.waitPointer(org, id))
    if (sk.startsWith('LINK#') && tokenHash !== undefined) batch.push(keys.linkPointer(tokenHash))
    if (batch.length < batchSize - 1) continue
    await deleteItems(world, batch)
    batch = []
  }
  await deleteItems(world, batch)
}
