import type { Issue } from '../faults.ts'

/** A graph that has no machine, although each of its steps is well-formed: too long a history, too large, and the like. */
export class CompileError extends Error {
  readonly issues: Issue[]

  constructor(issues: Issue[]) {
    super(issues.map((issue) => issue.message).join('; '))
    this.name = 'CompileError'
    this.issues = issues
  }
}
