import type { Items } from './items.ts'
import type { Storage, Write } from './storage.ts'
import type { StoredItem } from './stored-item.ts'
import type { Change } from './stream.ts'

/** The writes of one or several requests that reach the disk together. */
interface Batch {
  writes: Write[]
  changes: Change[]
  onDisk: PromiseWithResolvers<void>
}

interface Ahead {
  item: StoredItem | undefined
  batch: Batch
}

/**
 * The one writer. A request is worked out in one turn of the event loop on what the requests before it have left,
 * and its writes join the batch that goes to disk next; while a batch is on its way the following one gathers.
 * Nobody is answered before the batch that holds what he wrote, or what he was refused for, is on disk.
 */
export class Writer {
  readonly #storage: Pick<Storage, 'write'>
  readonly #items: Items
  readonly #onChanges: (changes: Change[]) => void
  readonly #onFailure: (error: unknown) => void
  /** Items ahead of the disk. */
  readonly #ahead = new Map<string, Ahead>()
  #next: Batch | undefined
  #flying: Batch | undefined

  constructor(
    storage: Pick<Storage, 'write'>,
    items: Items,
    on: { changes: (changes: Change[]) => void; failure: (error: unknown) => void },
  ) {
    this.#storage = storage
    this.#items = items
    this.#onChanges = on.changes
    this.#onFailure = on.failure
  }

  /** The item as the next write finds it. It may not be on disk yet: wait for {@link settled} before telling. */
  latest(row: string): StoredItem | undefined {
    const ahead = this.#ahead.get(row)
    return ahead ? ahead.item : this.#items.get(row)
  }

  /** The item as it is on disk. */
  committed(row: string): StoredItem | undefined {
    // While a batch with this row is on its way only the disk knows whether it has arrived.
    return this.#ahead.has(row) ? this.#items.onDisk(row) : this.#items.get(row)
  }

  /** Adds an item, or with undefined its deletion, to the next batch. */
  setItem(row: string, item: StoredItem | undefined): void {
    const batch = this.#gather()
    batch.writes.push({ key: row, value: item?.text })
    this.#ahead.set(row, { item, batch })
  }

  /** Adds any other row to the next batch. */
  setRow(key: string, value: string | undefined): void {
    this.#gather().writes.push({ key, value })
  }

  /** Adds a change for the stream to the next batch. */
  addChange(change: Change, key: string, value: string): void {
    const batch = this.#gather()
    batch.changes.push(change)
    batch.writes.push({ key, value })
  }

  /** Resolves when everything that was written until now is on disk. */
  settled(): Promise<void> | undefined {
    return (this.#next ?? this.#flying)?.onDisk.promise
  }

  /** As {@link settled}, for one who has only read these rows. */
  settledFor(rows: Iterable<string>): Promise<void> | undefined {
    for (const row of rows) if (this.#ahead.has(row)) return this.settled()
    return undefined
  }

  #gather(): Batch {
    if (!this.#next) {
      this.#next = { writes: [], changes: [], onDisk: Promise.withResolvers() }
      // What arrives in this turn of the event loop goes along.
      if (!this.#flying) setImmediate(() => void this.#fly())
    }
    return this.#next
  }

  async #fly(): Promise<void> {
    while (this.#next) {
      const batch = this.#next
      this.#flying = batch
      this.#next = undefined
      try {
        await this.#storage.write(batch.writes)
      } catch (error) {
        // What the disk holds now is unknown: going on could serve or acknowledge what is lost.
        this.#onFailure(error)
        return
      }
      this.#land(batch)
    }
    this.#flying = undefined
  }

  #land(batch: Batch): void {
    for (const { key } of batch.writes) {
      const ahead = this.#ahead.get(key)
      if (ahead?.batch !== batch) continue
      this.#items.set(key, ahead.item)
      this.#ahead.delete(key)
    }
    batch.onDisk.resolve()
    if (batch.changes.length > 0) this.#onChanges(batch.changes)
  }
}
