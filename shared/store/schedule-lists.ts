import type { World } from '../world.ts'
import { countItems, readItems } from './pages.ts'
import { indexKeys, listShards } from './table.ts'

/** Which schedule an entry of the index is about. */
export interface SchedulePlace {
  orgId: string
  flowId: string
  name: string
}

/** How many schedules an organisation has, up to a limit; the index is a moment behind. */
export async function countSchedules(world: World, org: string, atMost: number): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: listShards }, (_, shard) =>
      countItems(
        world,
        {
          IndexName: 'gsi2',
          KeyConditionExpression: 'gsi2pk = :pk AND begins_with(gsi2sk, :org)',
          ExpressionAttributeValues: { ':pk': indexKeys.schedules(shard), ':org': `${org}#` },
        },
        atMost,
      ),
    ),
  )
  return Math.min(
    atMost,
    counts.reduce((sum, count) => sum + count, 0),
  )
}

/** Every schedule of the deployment; for the sweep. */
export async function* everySchedule(world: World): AsyncGenerator<SchedulePlace> {
  for (let shard = 0; shard < listShards; shard++) {
    const items = readItems<{ gsi2sk: string }>(world, {
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :pk',
      ExpressionAttributeValues: { ':pk': indexKeys.schedules(shard) },
    })
    for await (const { gsi2sk } of items) {
      const [orgId = '', flowId = '', name = ''] = gsi2sk.split('#')
      yield { orgId, flowId, name }
    }
  }
}
