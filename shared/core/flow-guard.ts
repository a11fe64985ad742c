import { Fault } from '../faults.ts'
import type { FlowRow, FlowSummary } from '../store/flows.ts'

/** What a writer has seen: a write that is based on something older changes nothing (dashboard.md §2). */
export interface Guard {
  /** Strong ETags of `If-Match`, or `*`. */
  ifMatch?: string[]
  /** `revision` of the body. */
  revision?: number
}

/** The flow's strong ETag. */
export function etagOf({ revision }: Pick<FlowRow, 'revision'>): string {
  return `"r${revision}"`
}

/**
 * @throws {Fault} `etag_mismatch`, `conflict` reason `revision`, both with how the flow stands now;
 *   `invalid_request` if the two guards contradict each other.
 */
export function checkGuard(row: FlowRow, { ifMatch, revision }: Guard): void {
  const tags = ifMatch?.includes('*') ? undefined : ifMatch
  if (tags !== undefined && revision !== undefined && !tags.includes(etagOf({ revision })))
    throw new Fault('invalid_request', 'If-Match and revision name different revisions')
  const { updatedBy } = JSON.parse(row.summary) as FlowSummary
  const now = { etag: etagOf(row), revision: row.revision, updatedAt: row.updatedAt, updatedBy }
  if (tags !== undefined && !tags.includes(now.etag))
    throw new Fault('etag_mismatch', `The flow is at revision ${row.revision} now`, now)
  if (revision !== undefined && revision !== row.revision)
    throw new Fault('conflict', `The flow is at revision ${row.revision} now`, { reason: 'revision', ...now })
}
