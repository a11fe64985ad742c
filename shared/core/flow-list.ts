import type { ListedFlow } from '../store/flows.ts'
import { entryOf, type FlowEntry } from './flow-view.ts'

/** Which flows, in which order, and which part of them. */
export interface FlowQuery {
  /** Part of the name, any case. */
  q?: string | undefined
  /** One whole tag. */
  tag?: string | undefined
  status?: 'draft' | 'published' | undefined
  trigger?: string | undefined
  /** By the time of the last change; newest first is the default. */
  order?: 'asc' | 'desc' | undefined
  limit: number
  offset?: number | undefined
  /** Begin after this flow instead of at an offset. */
  after?: FlowPosition | undefined
  /** Whether to count all matches, which reads them all. @default true */
  count?: boolean | undefined
}

/** A place in the list of flows. */
export interface FlowPosition {
  updatedAt: string
  id: string
}

/** A part of the list, and how much there is. */
export interface FlowPage {
  flows: FlowEntry[]
  /** Matches in all, counted to 10,000; null if they were not to be counted. */
  total: number | null
  totalCapped: boolean
  next: FlowPosition | null
}

/** A list counts no further than this. */
const mostCounted = 10_000

/** Goes through the list, keeps the matches of one page and counts the others. */
export class FlowGathering {
  readonly #query: FlowQuery
  readonly #rows: ListedFlow[] = []
  #seen = 0
  #counted = 0
  #more = false

  constructor(query: FlowQuery) {
    this.#query = query
  }

  /** @returns false when enough is known. */
  take(row: ListedFlow): boolean {
    const { limit, count = true } = this.#query
    if (!matches(row, this.#query)) return true
    this.#counted++
    if (this.#isBefore(row)) return true
    if (this.#rows.length < limit) this.#rows.push(row)
    else this.#more = true
    const counted = !count || this.#counted > mostCounted
    return !(this.#more && counted)
  }

  #isBefore({ updatedAt, id }: ListedFlow): boolean {
    const { offset = 0, after, order = 'desc' } = this.#query
    if (after === undefined) return this.#seen++ < offset
    const [own, other] = [`${updatedAt}#${id}`, `${after.updatedAt}#${after.id}`]
    return order === 'desc' ? own >= other : own <= other
  }

  page(): FlowPage {
    const last = this.#rows.at(-1)
    const { count = true } = this.#query
    return {
      flows: this.#rows.map(entryOf),
      total: count ? Math.min(this.#counted, mostCounted) : null,
      totalCapped: count && this.#counted > mostCounted,
      next: this.#more && last ? { updatedAt: last.updatedAt, id: last.id } : null,
    }
  }
}

function matches(row: ListedFlow, { q, tag, status, trigger }: FlowQuery): boolean {
  return (
    (q === undefined || row.name.toLowerCase().includes(q.normalize('NFC').toLowerCase())) &&
    (tag === undefined || row.tags.includes(tag)) &&
    (status === undefined || (row.latestVersion === null) === (status === 'draft')) &&
    (trigger === undefined || row.triggers.includes(trigger))
  )
}
