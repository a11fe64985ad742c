import type { FlowEntry } from '../../core/flow-view.ts'

/** A flow as seed 003 prints it. */
export function runnerFlow(flow: FlowEntry, definition?: string): Record<string, unknown> {
  const { id, name, description, label, createdAt, updatedAt, tags } = flow
  return {
    id,
    name,
    description: description ?? '',
    version: label,
    ...(definition === undefined ? {} : { definition }),
    created_at: createdAt,
    updated_at: updatedAt,
    tags,
  }
}
