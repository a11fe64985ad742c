import type { Storage } from './storage.ts'
import { StoredItem } from './stored-item.ts'

/** Most characters of JSON that the cache holds; parsed items come on top. */
const cacheLimit = 3 * 1024 * 1024
/** What an entry costs beside its text. */
const entryCost = 200

/**
 * The items that are on disk, the latest used of them in memory. One process writes them, so what it has seen once
 * needs no second look.
 */
export class Items {
  readonly #storage: Pick<Storage, 'get'>
  readonly #cache = new Map<string, StoredItem | undefined>()
  #size = 0

  constructor(storage: Pick<Storage, 'get'>) {
    this.#storage = storage
  }

  /** The item of a row, undefined if there is none. */
  get(row: string): StoredItem | undefined {
    const known = this.#cache.get(row)
    if (known !== undefined || this.#cache.has(row)) {
      this.#cache.delete(row)
      this.#cache.set(row, known)
      return known
    }
    const found = this.onDisk(row)
    this.set(row, found)
    return found
  }

  /** The item of a row as the disk has it at this moment. */
  onDisk(row: string): StoredItem | undefined {
    const text = this.#storage.get(row)
    return text === undefined ? undefined : new StoredItem(text)
  }

  /** Takes over what has just reached the disk. */
  set(row: string, item: StoredItem | undefined): void {
    if (this.#cache.has(row)) this.#drop(row)
    this.#cache.set(row, item)
    this.#size += cost(row, item)
    while (this.#size > cacheLimit) this.#drop(this.#cache.keys().next().value!)
  }

  #drop(row: string): void {
    this.#size -= cost(row, this.#cache.get(row))
    this.#cache.delete(row)
  }
}

function cost(row: string, item: StoredItem | undefined): number {
  return row.length + (item?.text.length ?? 0) + entryCost
}
