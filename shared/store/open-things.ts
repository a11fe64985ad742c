import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import type { RunRow } from './runs.ts'
import { indexKeys, openShards } from './table.ts'
import type { WaitRow } from './waits.ts'

/** A run or wait whose moment to be looked at has come. */
export type OpenThing = { of: 'run'; row: RunRow } | { of: 'wait'; row: WaitRow }

/**
 * Open runs and waits that are due, the longest due first in each shard; rows strongly consistent. It begins at any shard, so
 * that who stops early leaves none out for ever.
 */
export async function* dueThings(world: World, now: number): AsyncGenerator<OpenThing> {
  const first = Math.floor(Math.random() * openShards)
  for (let count = 0; count < openShards; count++) {
    const shard = (first + count) % openShards
    const keys = readItems<{ pk: string; sk: string }>(world, {
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk < :now',
      ExpressionAttributeValues: { ':pk': indexKeys.open(shard), ':now': new Date(now).toISOString() },
    })
    for await (const { pk, sk } of keys) {
      const thing = await readThing(world, pk, sk)
      if (thing) yield thing
    }
  }
}

async function readThing({ db, settings }: World, pk: string, sk: string): Promise<OpenThing | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: { pk, sk }, ConsistentRead: true }),
  )
  // The index is a moment behind: what has ended meanwhile is in it no more.
  if (Item?.gsi2sk === undefined) return null
  return sk === 'META' ? { of: 'run', row: Item as RunRow } : { of: 'wait', row: Item as WaitRow }
}
