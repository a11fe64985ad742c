import type { Clock, Log } from '../../../shared/world.ts'
import type { Changing } from './changing.ts'
import { expiresAt } from './changing.ts'
import { expiryRow, numbered, places, rowsFrom } from './row-keys.ts'
import type { Storage } from './storage.ts'
import { StoredItem } from './stored-item.ts'
import type { Table } from './table.ts'
import type { Tables } from './tables.ts'
import type { Writer } from './writer.ts'

const sweepEveryMs = 1000
const sweepAtMost = 100
/** DynamoDB leaves items alone whose time is further back: it takes them for a mistake. */
const fiveYears = 5 * 366 * 24 * 3600

/** Deletes items whose time is over, as the service itself, within a second or two. */
export class Expiry {
  readonly #storage: Storage
  readonly #tables: Tables
  readonly #writer: Writer
  readonly #clock: Clock
  readonly #log: Log
  /** No item expires before this second. */
  #earliest = 0
  #cancel: (() => void) | undefined
  #sweeping: Promise<void> | undefined
  #closed = false

  constructor(storage: Storage, tables: Tables, writer: Writer, clock: Clock, log: Log) {
    this.#storage = storage
    this.#tables = tables
    this.#writer = writer
    this.#clock = clock
    this.#log = log
  }

  /** Some item now expires at that second. */
  expect(seconds: number): void {
    this.#earliest = Math.min(this.#earliest, seconds)
  }

  start(changing: Changing): void {
    if (this.#closed) return
    this.#cancel = this.#clock.after(sweepEveryMs, () => {
      this.#sweeping = this.#sweep(changing)
        .catch((error: unknown) => this.#log.error('expired items stay', { error: String(error) }))
        .finally(() => this.start(changing))
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel?.()
    await this.#sweeping
  }

  async #sweep(changing: Changing): Promise<void> {
    const now = Math.floor(this.#clock.now() / 1000)
    if (this.#earliest > now) return
    this.#earliest = Number.MAX_SAFE_INTEGER
    for (const table of this.#tables.all())
      if (table.ttl !== undefined) await this.#sweepTable(changing, table, now)
    await this.#writer.settled()
  }

  async #sweepTable(changing: Changing, table: Table, now: number): Promise<void> {
    const prefix = `${places.expiry}${table.name}/`
    const range = { ...rowsFrom(prefix), gte: Buffer.from(prefix + numbered(Math.max(0, now - fiveYears))) }
    for await (const rows of this.#storage.read(range, { limit: sweepAtMost })) {
      for (const { key } of rows) {
        const text = String(key).slice(prefix.length)
        const slash = text.indexOf('/')
        const seconds = Number(text.slice(0, slash))
        if (seconds > now) return this.expect(seconds)
        if (this.#remove(changing, table, text.slice(slash + 1), now)) continue
        // A row that a rebuild has left behind.
        this.#writer.setRow(String(key), undefined)
      }
      if (rows.length > 0) this.expect(now)
    }
  }

  #remove(changing: Changing, table: Table, row: string, now: number): boolean {
    const before = this.#writer.latest(row)
    const seconds = before && expiresAt(table, before.item)
    if (before === undefined || seconds === undefined || seconds > now) return false
    changing.apply({ table, row, before, after: undefined, expired: true })
    return true
  }

  /** Takes up the items that were there before their table had a time to live, or forgets them when it has none. */
  async rebuild(table: Table): Promise<void> {
    await this.#storage.clear(rowsFrom(`${places.expiry}${table.name}/`))
    if (table.ttl === undefined) return
    for await (const rows of this.#storage.read(rowsFrom(`${places.item}${table.name}/`))) {
      for (const { key, value } of rows) {
        const row = String(key)
        const seconds = expiresAt(table, new StoredItem(value).item)
        if (seconds === undefined) continue
        this.#writer.setRow(expiryRow(table, seconds, row), '')
        this.expect(seconds)
      }
    }
    await this.#writer.settled()
  }
}
