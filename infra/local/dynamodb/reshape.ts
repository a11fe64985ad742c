import { isDeepStrictEqual } from 'node:util'
import { CannotStart } from '../data-folder.ts'
import { indexContent } from './changing.ts'
import type { Engine, Request } from './engine.ts'
import { indexRow, places, rowsFrom } from './row-keys.ts'
import { StoredItem } from './stored-item.ts'
import type { Table } from './table.ts'

/**
 * Gives a table of an earlier release the indexes that it has today: their rows are written anew from the items. The
 * new definition is written last, so that a kill in between only means doing it again. Nobody may use the table
 * meanwhile.
 *
 * @param request what CreateTable would take today.
 * @returns whether there was anything to do.
 * @throws {CannotStart} when the primary key has changed too, which no index can mend.
 */
export async function reshape({ storage, tables, writer }: Engine, request: Request): Promise<boolean> {
  const before = tables.all().find(({ name }) => name === request.TableName)
  if (!before) return false
  const after = tables.read(request, before)
  if (!isDeepStrictEqual([before.partition, before.sort], [after.partition, after.sort]))
    throw new CannotStart(`The table ${before.name} has another primary key than this release expects.`)
  if (isDeepStrictEqual([before.indexes, before.streams], [after.indexes, after.streams])) return false
  await storage.clear(rowsFrom(`${places.index}${before.name}/`))
  for await (const rows of storage.read(rowsFrom(`${places.item}${before.name}/`))) {
    for (const { value } of rows) {
      for (const [key, content] of indexRows(after, new StoredItem(value))) writer.setRow(key, content)
    }
    await writer.settled()
  }
  tables.keep(after, writer)
  await writer.settled()
  return true
}

function indexRows(table: Table, { item }: StoredItem): [key: string, content: string][] {
  return table.indexes.flatMap((index) => {
    const key = indexRow(table, index, item)
    return key === undefined ? [] : [[key, indexContent(index, item)] as [string, string]]
  })
}
