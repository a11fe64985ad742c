import type { World } from '../world.ts'
import { deleteItems } from './delete-items.ts'
import { releaseFile } from './file-uses.ts'
import { removeLarge } from './large-removals.ts'
import { readItems } from './pages.ts'
import { keys } from './table.ts'

const batchSize = 25

/** What is read of each record to know what goes with it. */
interface Going {
  pk: string
  sk: string
  id?: string
  tokenHash?: string
  stepKey?: string
  large?: object
}

/**
 * Deletes everything that lies with a run, its large outputs, and what points to it; files that no other run uses go with it.
 */
export async function deleteRunRecords(world: World, org: string, run: string): Promise<void> {
  const items = readItems<Going>(world, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.run(org, run).pk },
    ProjectionExpression: 'pk, sk, id, tokenHash, stepKey, #large',
    ExpressionAttributeNames: { '#large': 'large' },
    ConsistentRead: true,
  })
  let batch: { pk: string; sk: string }[] = []
  for await (const { pk, sk, id, tokenHash, stepKey, large } of items) {
    if (sk.startsWith('FILE#')) {
      await releaseFile(world, { orgId: org, runId: run, fileId: sk.slice('FILE#'.length) })
      continue
    }
    // The object first: while its record is there, a second try finds it.
    if (large !== undefined && stepKey !== undefined)
      await removeLarge(world, { orgId: org, runId: run, stepKey })
    batch.push({ pk, sk })
    if (sk.startsWith('WAIT#') && id !== undefined) batch.push(keys.waitPointer(org, id))
    if (sk.startsWith('LINK#') && tokenHash !== undefined) batch.push(keys.linkPointer(tokenHash))
    if (batch.length < batchSize - 1) continue
    await deleteItems(world, batch)
    batch = []
  }
  await deleteItems(world, batch)
}
