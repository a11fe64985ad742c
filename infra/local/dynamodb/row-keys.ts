import dynalite from 'dynalite/db/index.js'
import type { AttributeValue, Item } from './attribute-value.ts'
import { attribute } from './attribute-value.ts'
import type { Index, KeyAttribute, KeySchema, Table } from './table.ts'

// LevelDB orders keys by bytes. Each part of a key ends with two zero bytes, which sort before anything a part may
// hold, since a zero within a part is followed by a one. So rows lie in the order of their partition and sort keys.
const end = '\0\0'

/** Where each kind of row lies. */
export const places = {
  table: 'table/',
  item: 'item/',
  index: 'index/',
  /** Items by the second in which they expire. */
  expiry: 'expiry/',
  /** Client tokens of transactions by the moment they were used. */
  token: 'token/',
  /** Changes that the stream has still to deliver. */
  change: 'change/',
  delivered: 'delivered',
} as const

function part({ name, type }: KeyAttribute, item: Item): string {
  return encode(attribute(item, name)!, type)
}

/** A key value as text that sorts like the value. */
function encode(value: AttributeValue, type: KeyAttribute['type']): string {
  if (type !== 'S') return dynalite.toLexiStr(value[type]!, type)
  const text = value.S!
  return text.includes('\0') ? text.replaceAll('\0', '\0\x01') : text
}

/** The row of an item, from its key or all of it. */
export function itemRow(table: Table, item: Item): string {
  return `${places.item}${table.name}/${identity(table, item)}`
}

function identity(table: KeySchema, item: Item): string {
  const partition = part(table.partition, item) + end
  return table.sort ? partition + part(table.sort, item) + end : partition
}

/** The row of an item in an index, or undefined if the item does not appear there. */
export function indexRow(table: Table, index: Index, item: Item): string | undefined {
  if (attribute(item, index.partition.name) === undefined) return undefined
  if (index.sort && attribute(item, index.sort.name) === undefined) return undefined
  return `${places.index}${table.name}/${index.name}/${identity(index, item)}${identity(table, item)}`
}

/** The row that says when an item expires. */
export function expiryRow(table: Table, seconds: number, row: string): string {
  return `${places.expiry}${table.name}/${numbered(seconds)}/${row}`
}

/** A whole number below 10^15 as text that sorts like it. */
export function numbered(value: number): string {
  return String(value).padStart(15, '0')
}

/** A stretch of rows; the bounds are bytes because 0xff sorts after every text. */
export interface Range {
  gte: Buffer
  lt: Buffer
}

const last = Buffer.from([0xff])

/** All rows that begin with a text. */
export function rowsFrom(prefix: string): Range {
  const start = Buffer.from(prefix)
  return { gte: start, lt: Buffer.concat([start, last]) }
}

/** What a query asks of the sort key. */
export interface SortCondition {
  operator: '=' | '<' | '<=' | '>' | '>=' | 'between' | 'begins_with'
  values: AttributeValue[]
}

/** The rows of one partition of a table or index whose sort key meets the condition. */
export function partitionRange(
  table: Table,
  index: Index | undefined,
  partition: AttributeValue,
  condition: SortCondition | undefined,
): Range {
  const keys: KeySchema = index ?? table
  const place = index ? `${places.index}${table.name}/${index.name}/` : `${places.item}${table.name}/`
  const base = place + encode(partition, keys.partition.type) + end
  const all = rowsFrom(base)
  if (!condition || !keys.sort) return all
  const { type } = keys.sort
  const [from, to = from] = condition.values.map((value) => base + encode(value, type)) as [string, string?]
  const before = Buffer.from(from + end)
  const after = Buffer.concat([Buffer.from(to! + end), last])
  switch (condition.operator) {
    case '<':
      return { gte: all.gte, lt: before }
    case '<=':
      return { gte: all.gte, lt: after }
    case '>':
      return { gte: after, lt: all.lt }
    case '>=':
      return { gte: before, lt: all.lt }
    case 'begins_with':
      return rowsFrom(from)
    default:
      return { gte: before, lt: after }
  }
}
