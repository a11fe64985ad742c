/** A queue that takes turns between groups, so that one organisation's or run's work does not hold up the others'. */
export class FairQueue<T> {
  readonly #groups = new Map<string, T[]>()
  #length = 0

  get length(): number {
    return this.#length
  }

  push(group: string, item: T): void {
    const items = this.#groups.get(group)
    if (items) items.push(item)
    else this.#groups.set(group, [item])
    this.#length++
  }

  /** Takes an item out of its turn. */
  delete(group: string, item: T): void {
    const items = this.#groups.get(group)
    const at = items?.indexOf(item) ?? -1
    if (items === undefined || at < 0) return
    items.splice(at, 1)
    this.#length--
    if (items.length === 0) this.#groups.delete(group)
  }

  /** The next item: of the group that has waited longest for its turn. */
  shift(): T | undefined {
    const next = this.#groups.entries().next()
    if (next.done) return undefined
    const [group, items] = next.value
    const item = items.shift()
    this.#groups.delete(group)
    if (items.length > 0) this.#groups.set(group, items)
    this.#length--
    return item
  }
}
