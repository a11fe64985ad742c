import { attribute, checkItem, type Item } from './attribute-value.ts'
import { holds } from './conditions.ts'
import type { Engine, Request } from './engine.ts'
import type { Expressions, Values } from './expressions.ts'
import { project } from './paths.ts'
import { objectOf, wordOf } from './reading.ts'
import { invalid } from './refuse.ts'
import { indexRow, itemRow, type Range } from './row-keys.ts'
import { checkKey, type Index, primaryKey, type Table } from './table.ts'

const pageBytes = 1024 * 1024

/** The rows that a query or a scan looks at, and what it wants of them. */
export interface Listing {
  table: Table
  index: Index | undefined
  parsed: Expressions
  values: Values
  range: Range
  reverse: boolean
}

/** Rows from where the page before ended, until the limit, a megabyte (of JSON, which is cheap to count) or the end. */
export async function page({ storage }: Engine, request: Request, listing: Listing): Promise<string> {
  const { table, index, parsed, values, reverse } = listing
  const { filter, projection } = parsed
  const select = wordOf(request.Select, 'select', selects)
  const limit = readLimit(request.Limit)
  const range = continued(listing, request.ExclusiveStartKey)
  const texts: string[] = []
  let scanned = 0
  let count = 0
  let size = 0
  let last: string | undefined
  const options = { reverse, ...(limit !== undefined && { limit }) }
  reading: for await (const rows of storage.read(range, options)) {
    for (const { value } of rows) {
      scanned += 1
      size += Buffer.byteLength(value)
      const item = filter || projection ? (JSON.parse(value) as Item) : undefined
      if (!filter || holds(filter, item!, values)) {
        count += 1
        if (select !== 'COUNT') texts.push(projection ? JSON.stringify(project(item!, projection)) : value)
      }
      if (size < pageBytes && scanned !== limit) continue
      last = value
      break reading
    }
  }
  const items = select === 'COUNT' ? '' : `"Items":[${texts.join(',')}],`
  const next = last === undefined ? '' : `,"LastEvaluatedKey":${JSON.stringify(startKey(table, index, last))}`
  return `{${items}"Count":${count},"ScannedCount":${scanned}${next}}`
}

const selects = ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'] as const

function readLimit(written: unknown): number | undefined {
  if (written === undefined || written === null) return undefined
  if (typeof written === 'number' && Number.isInteger(written) && written >= 1) return written
  throw invalid(
    `1 validation error detected: Value '${String(written)}' at 'limit' failed to satisfy constraint: ` +
      'Member must have value greater than or equal to 1',
  )
}

function startKey(table: Table, index: Index | undefined, text: string): Item {
  const item = JSON.parse(text) as Item
  return index ? { ...primaryKey(index, item), ...primaryKey(table, item) } : primaryKey(table, item)
}

const wrongStart = 'The provided starting key is invalid'

/** The part of the range that is left after a start key. */
function continued({ table, index, range, reverse }: Listing, written: unknown): Range {
  if (written === undefined || written === null) return range
  const start = objectOf(written, 'exclusiveStartKey')
  checkItem(start)
  const row = Buffer.from(startRow(table, index, start))
  if (row.compare(range.gte) < 0 || row.compare(range.lt) >= 0)
    throw invalid('The provided starting key is outside query boundaries based on provided conditions')
  // No row lies between a row and the same with a zero byte.
  return reverse ? { ...range, lt: row } : { ...range, gte: Buffer.concat([row, zero]) }
}

const zero = Buffer.from([0])

function startRow(table: Table, index: Index | undefined, start: Item): string {
  const parts = [table, ...(index ? [index] : [])]
  const attributes = new Map(
    parts
      .flatMap(({ partition, sort }) => [partition, ...(sort ? [sort] : [])])
      .map((key) => [key.name, key.type]),
  )
  const fits = [...attributes].every(([name, type]) => attribute(start, name)?.[type] !== undefined)
  if (!fits || Object.keys(start).length !== attributes.size) throw invalid(wrongStart)
  checkKey(table, primaryKey(table, start))
  return (index ? indexRow(table, index, start) : itemRow(table, start)) ?? ''
}
