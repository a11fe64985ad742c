import type { Issue } from '../faults.ts'

/** Something wrong (error: cannot be published) or doubtful (warning) in a definition. */
export type Problem = { severity: 'error' | 'warning' } & Issue

/** A problem on its way out: what an author is told, and where in a text it lies. */
export interface Finding extends Problem {
  /** Index into the text that stands at `path`, where the problem is a place inside it. */
  offset?: number
}

/** An error at a JSON pointer into the document. */
export function errorAt(path: string, code: string, message: string, stepId?: string): Finding {
  return { severity: 'error', path, code, message, ...(stepId === undefined ? {} : { stepId }) }
}

/** A warning at a JSON pointer into the document. */
export function warningAt(path: string, code: string, message: string, stepId?: string): Finding {
  return { ...errorAt(path, code, message, stepId), severity: 'warning' }
}

/** True if nothing stands in the way of publishing. */
export function publishable(problems: Problem[]): boolean {
  return problems.every((problem) => problem.severity === 'warning')
}
