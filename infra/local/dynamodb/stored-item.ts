import type { Item } from './attribute-value.ts'

/** An item as it stands in a row: its JSON, and its attributes once somebody needed them. Never changed. */
export class StoredItem {
  readonly text: string
  #item: Item | undefined

  constructor(text: string, item?: Item) {
    this.text = text
    this.#item = item
  }

  get item(): Item {
    this.#item ??= JSON.parse(this.text) as Item
    return this.#item
  }
}
