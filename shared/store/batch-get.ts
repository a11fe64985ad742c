import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
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
  { db, settings }: World,
  wanted: { pk: string; sk: string }[],
  attributes?: string[],
): Promise<Item[]> {
  const found: Item[] = []
  let left: Record<string, unknown>[] = wanted.filter(isPossible).map((key) => ({ ...key }))
  while (left.length > 0) {
    const request = { Keys: left.slice(0, mostKeys), ConsistentRead: true, ...projected(attributes) }
    const page = await db.send(new BatchGetCommand({ RequestItems: { [settings.table]: request } }))
    found.push(...((page.Responses?.[settings.table] ?? []) as Item[]))
    left = [...(page.UnprocessedKeys?.[settings.table]?.Keys ?? []), ...left.slice(mostKeys)]
  }
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
