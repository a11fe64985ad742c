import type { RunError } from './run-view.ts'

/** Longest code that is kept, in characters. */
const longestCode = 256
/** Longest message and cause. */
export const longestCause = 2000

/** A run's error; what is not known is null. A code that an expression left empty is that of a `fail` without one. */
export function runError(
  code: string,
  message: string,
  occurredAt: string,
  more: Partial<RunError> = {},
): RunError {
  return {
    code: cut(code, longestCode) || 'Failed',
    message: cut(message, longestCause),
    stepId: null,
    stepName: null,
    stepType: null,
    cause: null,
    occurredAt,
    attempts: 1,
    ...more,
  }
}

/** A text of at most so many characters, `…` included; no character is cut in two. */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text
}
