/** Whose token it is: it opens for no other run. */
export interface TokenOf {
  orgId: string
  runId: string
}

/** A locked token opens under its own run's name only. */
export function tokenContext({ orgId, runId }: TokenOf): Record<string, string> {
  return { purpose: 'task-token', org: orgId, run: runId }
}
