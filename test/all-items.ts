import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../shared/world.ts'

/** Every item of the table, for a look at what was stored. */
export async function allItems({ db, settings }: World): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  let from: Record<string, unknown> | undefined
  do {
    const page = await db.send(new ScanCommand({ TableName: settings.table, ExclusiveStartKey: from }))
    items.push(...(page.Items ?? []))
    from = page.LastEvaluatedKey
  } while (from)
  return items
}
