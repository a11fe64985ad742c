import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { type Listing, readItems } from './pages.ts'
import { indexKeys, keys } from './table.ts'
import { getWait, type WaitRow } from './waits.ts'

/** Waits are read this many at a time. */
const atOnce = 100

/** The wait with an id, whatever run it belongs to; strongly consistent. */
export async function findWaitRow(world: World, org: string, id: string): Promise<WaitRow | null> {
  const { Item } = await world.db.send(
    new GetCommand({
      TableName: world.settings.table,
      Key: keys.waitPointer(org, id),
      ConsistentRead: true,
    }),
  )
  return Item ? await getWait(world, org, String(Item.runId), String(Item.stepKey)) : null
}

/** Where a wait stands in the list of open ones: its index keys and its own. */
export interface WaitPlace {
  pk: string
  sk: string
  gsi1pk: string
  gsi1sk: string
}

/**
 * The waits that stand open in an organisation, soonest end first. The index is a moment behind; the rows are read anew, so
 * what has been answered since shows as it stands.
 */
export async function* listOpenWaits(
  world: World,
  org: string,
  after?: WaitPlace,
): AsyncGenerator<{ row: WaitRow; place: WaitPlace }> {
  const listing: Listing = {
    IndexName: 'gsi1',
    KeyConditionExpression: 'gsi1pk = :waits',
    ExpressionAttributeValues: { ':waits': indexKeys.waits(org) },
    Limit: atOnce,
  }
  let places: WaitPlace[] = []
  for await (const item of readItems<WaitPlace>(world, listing, after)) {
    places.push({ pk: item.pk, sk: item.sk, gsi1pk: item.gsi1pk, gsi1sk: item.gsi1sk })
    if (places.length < atOnce) continue
    yield* rowsAt(world, places)
    places = []
  }
  yield* rowsAt(world, places)
}

async function* rowsAt(world: World, places: WaitPlace[]) {
  const items =
    places.length === 0
      ? []
      : await getItems(
          world,
          places.map(({ pk, sk }) => ({ pk, sk })),
        )
  const found = new Map(items.map((item) => [`${item.pk} ${item.sk}`, item as unknown as WaitRow]))
  for (const place of places) {
    const row = found.get(`${place.pk} ${place.sk}`)
    if (row) yield { row, place }
  }
}
