/** Rows of `next` that are no values of the step's. */
const own = new Set(['default', 'error', 'timeout'])

/** The rows that a step's value chooses, where its type says that rows are values (`outcomesAreValues`). */
export function valueRows(next: Record<string, string>): string[] {
  return Object.keys(next).filter((row) => !own.has(row))
}
