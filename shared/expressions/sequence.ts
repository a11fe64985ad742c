import type { Work } from './json-values.ts'

/** One evaluation: the caller's variables, the expression's own, and what it may still do. */
export interface Run extends Work {
  bindings: Record<string, unknown>
  slots: unknown[]
  /** Arithmetic has left the range of numbers. */
  overflowed: boolean
}

/** Gives the value of a part of the expression for one context. */
export type Part = (context: unknown, run: Run) => unknown

/** A sequence of a filter that has not been unwrapped yet. */
export class Items {
  readonly items: unknown[]

  constructor(items: unknown[]) {
    this.items = items
  }
}
