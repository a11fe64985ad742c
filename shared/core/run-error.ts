import type { RunError } from './run-view.ts'

/** Longest cause that is kept, in characters. */
const longestCause = 2000

/** A run's error; what is not known is null. */
export function runError(
  code: string,
  message: string,
  occurredAt: string,
  more: Partial<RunError> = {},
): RunError {
  return {
    code,
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

/** A text of at most so many characters, `…` included. */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
