import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'

/** A query without the table's name. */
export type Listing = Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>

/** Every item that a query finds, or those after a key, page by page, until the caller stops. */
export async function* readItems<T>(
  { db, settings }: World,
  listing: Listing,
  after?: object,
): AsyncGenerator<T> {
  let from = after as Record<string, unknown> | undefined
  do {
    const page = await db.send(
      new QueryCommand({
        ...listing,
        TableName: settings.table,
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    )
    yield* (page.Items ?? []) as T[]
    from = page.LastEvaluatedKey
  } while (from)
}

/** All items of a partition whose sort key begins with a prefix, strongly consistent and in order. */
export function itemsUnder<T>(
  world: World,
  pk: string,
  prefix: string,
  more: Partial<Listing> = {},
): AsyncGenerator<T> {
  return readItems<T>(world, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ConsistentRead: true,
    ...more,
    ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix, ...more.ExpressionAttributeValues },
  })
}

/** What `itemsUnder` gives, read to the end. */
export async function listUnder<T>(
  world: World,
  pk: string,
  prefix: string,
  more: Partial<Listing> = {},
): Promise<T[]> {
  const items: T[] = []
  for await (const item of itemsUnder<T>(world, pk, prefix, more)) items.push(item)
  return items
}

/** How many items a query finds, up to a limit. */
export async function countItems({ db, settings }: World, listing: Listing, atMost: number): Promise<number> {
  let count = 0
  let from: Record<string, unknown> | undefined
  do {
    const page = await db.send(
      new QueryCommand({
        ...listing,
        TableName: settings.table,
        Select: 'COUNT',
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    )
    count += page.Count ?? 0
    from = page.LastEvaluatedKey
  } while (from && count < atMost)
  return Math.min(count, atMost)
}
