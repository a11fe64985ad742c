import type { Clock } from '../../../shared/world.ts'
import { attribute, type Item } from './attribute-value.ts'
import { project } from './paths.ts'
import { invalid } from './refuse.ts'
import { expiryRow, indexRow } from './row-keys.ts'
import { isLarger, itemLimit } from './size.ts'
import { StoredItem } from './stored-item.ts'
import { changeRow, type Sequence, writeChange } from './stream.ts'
import { type Index, primaryKey, type Table } from './table.ts'
import type { Writer } from './writer.ts'

/** Puts an item as it is to be. @throws {Refused} ValidationException above 400 KB. */
export function storedItem(
  item: Item,
  tooLarge = 'Item size has exceeded the maximum allowed size',
): StoredItem {
  const text = JSON.stringify(item)
  if (isLarger(item, text, itemLimit)) throw invalid(tooLarge)
  return new StoredItem(text, item)
}

/** What one request makes of one item. */
export interface ItemChange {
  table: Table
  row: string
  before: StoredItem | undefined
  after: StoredItem | undefined
  expired?: boolean
}

/** Writes changed items with everything that follows from them: index rows, expiry, the stream. */
export class Changing {
  readonly #writer: Writer
  readonly #sequence: Sequence
  readonly #clock: Clock
  readonly #onExpiry: (seconds: number) => void

  constructor(writer: Writer, sequence: Sequence, clock: Clock, onExpiry: (seconds: number) => void) {
    this.#writer = writer
    this.#sequence = sequence
    this.#clock = clock
    this.#onExpiry = onExpiry
  }

  apply({ table, row, before, after, expired = false }: ItemChange): void {
    // As in DynamoDB, a write that changes nothing leaves no trace in the stream.
    if (before?.text === after?.text) return
    this.#writer.setItem(row, after)
    for (const index of table.indexes) this.#setIndexRow(table, index, before?.item, after?.item)
    if (table.ttl !== undefined) this.#setExpiry(table, row, before?.item, after?.item)
    if (!table.streams) return
    const change = {
      sequence: this.#sequence.next(),
      table: table.name,
      at: this.#clock.now(),
      key: primaryKey(table, (after ?? before)!.item),
      before,
      after,
      expired,
    }
    this.#writer.addChange(change, changeRow(change.sequence), writeChange(change))
  }

  #setIndexRow(table: Table, index: Index, before: Item | undefined, after: Item | undefined): void {
    const oldRow = before && indexRow(table, index, before)
    const newRow = after && indexRow(table, index, after)
    if (oldRow !== undefined && oldRow !== newRow) this.#writer.setRow(oldRow, undefined)
    if (newRow === undefined) return
    if (oldRow === newRow && showsTheSame(index, before!, after!)) return
    this.#writer.setRow(newRow, indexContent(index, after!))
  }

  #setExpiry(table: Table, row: string, before: Item | undefined, after: Item | undefined): void {
    const was = before && expiresAt(table, before)
    const is = after && expiresAt(table, after)
    if (was === is) return
    if (was !== undefined) this.#writer.setRow(expiryRow(table, was, row), undefined)
    if (is === undefined) return
    this.#writer.setRow(expiryRow(table, is, row), '')
    this.#onExpiry(is)
  }
}

/** Whether an index row stays as it is: an update leaves the values that it does not touch the very same. */
function showsTheSame({ projected }: Index, before: Item, after: Item): boolean {
  return projected?.every((name) => attribute(before, name) === attribute(after, name)) ?? false
}

/** What an index row carries of an item, as JSON. */
export function indexContent(index: Index, item: Item): string {
  if (!index.projected) return JSON.stringify(item)
  return JSON.stringify(
    project(
      item,
      index.projected.map((name) => [name]),
    ),
  )
}

/** Seconds since 1970 at which an item expires, if it does. */
export function expiresAt(table: Table, item: Item): number | undefined {
  const seconds = Number(attribute(item, table.ttl!)?.N)
  return seconds > 0 && seconds < 1e12 ? Math.floor(seconds) : undefined
}
