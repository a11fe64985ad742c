/** Longest expression, in characters (flow-language.md §5). */
export const longestExpression = 8192
/** Deepest nesting of an expression's syntax tree. */
export const deepestTree = 200
/** Deepest value that an expression may be given. */
export const deepestValue = 64
/** Largest input and output of an evaluation outside the main process, in bytes of JSON. */
export const largestValueBytes = 256 * 1024
/** How long an evaluation may take by its own count, in milliseconds. */
export const softTimeMs = 400
/** After this the child is ended, in milliseconds. */
export const hardTimeMs = 600
/** Evaluations that may wait for a child. */
export const longestQueue = 64
/** A child is replaced after this many evaluations. */
export const evaluationsPerChild = 1000
