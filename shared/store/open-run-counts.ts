import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import { indexKeys, keys, openShards } from './table.ts'

/** How many runs of an organisation were open when they were last counted. */
export interface OpenRunCount {
  count: number
  countedAt: string
}

/** The keys of everything that is open, platform-wide and a moment behind; `overdue` = its check has come. */
export async function* openKeys(
  world: World,
  now: number,
): AsyncGenerator<{ of: 'run' | 'wait'; orgId: string; overdue: boolean }> {
  const due = new Date(now).toISOString()
  for (let shard = 0; shard < openShards; shard++) {
    const items = readItems<{ pk: string; sk: string; gsi2sk: string }>(world, {
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :pk',
      ExpressionAttributeValues: { ':pk': indexKeys.open(shard) },
    })
    for await (const { pk, sk, gsi2sk } of items)
      yield { of: sk === 'META' ? 'run' : 'wait', orgId: pk.split('#')[1] ?? '', overdue: gsi2sk < due }
  }
}

/** Writes down how many runs of an organisation are open. */
export async function putOpenRunCount(
  { db, settings }: World,
  orgId: string,
  { count, countedAt }: OpenRunCount,
): Promise<void> {
  await db.send(
    new PutCommand({
      TableName: settings.table,
      Item: { ...keys.openRunCount(orgId), count, countedAt },
    }),
  )
}

/** What was last written down; null = there were never many. */
export async function getOpenRunCount({ db, settings }: World, orgId: string): Promise<OpenRunCount | null> {
  const { Item } = await db.send(new GetCommand({ TableName: settings.table, Key: keys.openRunCount(orgId) }))
  return (Item as OpenRunCount | undefined) ?? null
}
