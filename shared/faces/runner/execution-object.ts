import type { RunSummary } from '../../core/run-list.ts'
import type { RunView, WaitView } from '../../core/run-view.ts'

/** What seed 003 calls the statuses of a run (conventions.md §8). */
export function statusWord(status: RunView['status']): string {
  if (status === 'completed' || status === 'cancelled') return status
  return status === 'failed' || status === 'timed_out' ? 'failed' : 'running'
}

type Ended = Pick<RunView, 'status' | 'createdAt' | 'finishedAt'> & { error: { message: string } | null }

/** Members of a run that has ended: `duration` counts from its acceptance, in milliseconds. */
function ending({ status, error, createdAt, finishedAt }: Ended): Record<string, unknown> {
  const texts: Record<string, string> = { timed_out: 'Execution timed out', cancelled: 'Execution cancelled' }
  const text = texts[status] ?? (status === 'failed' ? (error?.message ?? 'Execution failed') : undefined)
  return {
    ...(finishedAt === null
      ? {}
      : { completed_at: finishedAt, duration: Date.parse(finishedAt) - Date.parse(createdAt) }),
    ...(text === undefined ? {} : { error: text }),
  }
}

/** A run as seed 003 prints it. */
export function executionObject(run: RunView): Record<string, unknown> {
  return {
    id: run.id,
    flow_id: run.flowId,
    status: statusWord(run.status),
    input: run.inputs,
    ...(run.status === 'completed' ? { result: run.output } : {}),
    started_at: run.createdAt,
    ...ending(run),
    ...(run.status === 'waiting' ? { waiting: run.waits.map(waitingEntry) } : {}),
  }
}

/** A run as seed 003's list prints it. */
export function executionEntry(run: RunSummary): Record<string, unknown> {
  return {
    id: run.id,
    flow_id: run.flowId,
    status: statusWord(run.status),
    started_at: run.createdAt,
    ...ending(run),
  }
}

function waitingEntry({
  id,
  stepId,
  stepType,
  kind,
  question,
  openedAt,
  expiresAt,
}: WaitView): Record<string, unknown> {
  const { kind: _, ...asked } = question
  return {
    id,
    node_id: stepId,
    node_type: stepType,
    kind,
    question: asked,
    opened_at: openedAt,
    expires_at: expiresAt,
  }
}
