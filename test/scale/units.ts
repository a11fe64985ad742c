import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { tableShape } from '../../shared/store/table.ts'

/** An item as DynamoDB has it. */
export type Item = Record<string, AttributeValue>

/** What one call takes from one partition of the table or of an index. */
export interface Use {
  /** `table`, `gsi1` … */
  of: string
  partition: string
  kind: 'write' | 'read'
  units: number
}

const writeUnitBytes = 1024
const readUnitBytes = 4096

/** What DynamoDB counts for one item that was written; a transaction costs the double, an index follows at the single price. */
export function usesOfWrite(
  before: Item | undefined,
  after: Item | undefined,
  transactional: boolean,
): Use[] {
  const key = textOf((after ?? before)?.[tableShape.partitionKey])
  const bytes = Math.max(sizeOf(before), sizeOf(after))
  const units = unitsOf(bytes, writeUnitBytes) * (transactional ? 2 : 1)
  return [
    { of: 'table', partition: key, kind: 'write', units },
    ...tableShape.indexes.flatMap((index) => usesOfIndex(index, before, after)),
  ]
}

type Index = (typeof tableShape.indexes)[number]

/** An index is written when what it shows has changed; another key there is a delete and a put. */
function usesOfIndex(index: Index, before: Item | undefined, after: Item | undefined): Use[] {
  const [was, is] = [shown(index, before), shown(index, after)]
  const use = (item: Item, bytes: number): Use => ({
    of: index.name,
    partition: textOf(item[index.partitionKey]),
    kind: 'write',
    units: unitsOf(bytes, writeUnitBytes),
  })
  if (was && is && sameKey(index, was, is)) {
    if (JSON.stringify(sorted(was)) === JSON.stringify(sorted(is))) return []
    return [use(is, Math.max(sizeOf(was), sizeOf(is)))]
  }
  return [was, is].flatMap((item) => (item ? [use(item, sizeOf(item))] : []))
}

/** What the index holds of an item; undefined if it is not in it. */
function shown(index: Index, item: Item | undefined): Item | undefined {
  if (!item || !(index.partitionKey in item) || !(index.sortKey in item)) return undefined
  const names = [tableShape.partitionKey, tableShape.sortKey, index.partitionKey, index.sortKey]
  const all = new Set<string>([...names, ...index.projected])
  return Object.fromEntries(Object.entries(item).filter(([name]) => all.has(name)))
}

function sameKey({ partitionKey, sortKey }: Index, one: Item, other: Item): boolean {
  return (
    textOf(one[partitionKey]) === textOf(other[partitionKey]) &&
    textOf(one[sortKey]) === textOf(other[sortKey])
  )
}

function sorted(item: Item): [string, AttributeValue][] {
  return Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Units of reading so many bytes of one partition. */
export function readUnits(bytes: number, consistent: boolean): number {
  return unitsOf(bytes, readUnitBytes) * (consistent ? 1 : 0.5)
}

function unitsOf(bytes: number, unit: number): number {
  return Math.max(1, Math.ceil(bytes / unit))
}

/** Bytes of an item as DynamoDB counts them: names and values; an absent item has none. */
export function sizeOf(item: Item | undefined): number {
  if (!item) return 0
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value),
    0,
  )
}

function bytesOf(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S)
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (value.L !== undefined) return value.L.reduce((sum, each) => sum + 1 + bytesOf(each), 3)
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + sizeOf(value.M)
  return 1
}

function textOf(value: AttributeValue | undefined): string {
  return value?.S ?? ''
}
