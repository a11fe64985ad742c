import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import { indexKeys, listShards } from './table.ts'

/** Connections whose token or key has run out, by what their keys tell. */
export async function* runOutConnections(
  world: World,
  now: number,
): AsyncGenerator<{ orgId: string; runId: string; id: string }> {
  for (let shard = 0; shard < listShards; shard++) {
    const found = readItems<{ pk: string; sk: string }>(world, {
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk < :now',
      ExpressionAttributeValues: { ':pk': indexKeys.sockets(shard), ':now': new Date(now).toISOString() },
    })
    for await (const { pk, sk } of found) {
      const [, orgId = '', , runId = ''] = pk.split('#')
      yield { orgId, runId, id: sk.slice('WS#'.length) }
    }
  }
}
