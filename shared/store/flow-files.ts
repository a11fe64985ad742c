import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { type FileRow, isKept } from './files.ts'
import { readItems } from './pages.ts'
import { indexKeys, keys } from './table.ts'

const batchSize = 100

/** The files of a flow, newest first; those whose time is over are left out. The index is a moment behind the rows. */
export async function* listFlowFiles(world: World, org: string, flow: string): AsyncGenerator<FileRow> {
  const lines = readItems<{ id: string }>(world, {
    IndexName: 'gsi3',
    KeyConditionExpression: 'gsi3pk = :pk',
    ExpressionAttributeValues: { ':pk': indexKeys.flowFiles(org, flow) },
    ScanIndexForward: false,
  })
  let ids: string[] = []
  for await (const { id } of lines) {
    if (ids.push(id) < batchSize) continue
    yield* await keptFiles(world, org, ids)
    ids = []
  }
  yield* await keptFiles(world, org, ids)
}

async function keptFiles(world: World, org: string, ids: string[]): Promise<FileRow[]> {
  const items = await getItems(
    world,
    ids.map((id) => keys.file(org, id)),
  )
  const rows = new Map(items.map((item) => [item.id as string, item as unknown as FileRow]))
  return ids.flatMap((id) => rows.get(id) ?? []).filter((row) => isKept(row, world.clock.now()))
}
