import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { inBatches } from './in-batches.ts'
import { isPossible } from './table.ts'

/** Most keys of one BatchGetItem. */
const mostKeys = 100

/** An item with its keys. */
export type Item = Record<string, unknown> & { pk: string; sk: string }

/**
 * Items by their keys, strongly consistent, in any order; those that are not there are left out.
 *
 * @param attributes what to read of each; absent = all.
 */
export async function getItems(
  world: World,
  wanted: { pk: string; sk: string }[],
  attributes?: string[],
): Promise<Item[]> {
  const { table } = world.settings
  const found: Item[] = []
  const all: Record<string, unknown>[] = wanted.filter(isPossible).map((key) => ({ ...key }))
  await inBatches(world, all, mostKeys, async (Keys) => {
    const request = { Keys, ConsistentRead: true, ...projected(attributes) }
    const page = await world.db.send(new BatchGetCommand({ RequestItems: { [table]: request } }))
    found.push(...((page.Responses?.[table] ?? []) as Item[]))
    return page.UnprocessedKeys?.[table]?.Keys ?? []
  })
  return found
}

function projected(attributes: string[] | undefined) {
  if (attributes === undefined) return {}
  const names = ['pk', 'sk', ...attributes]
  return {
    ProjectionExpression: names.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  }
}
