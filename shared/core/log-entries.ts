import type { Node } from '../definitions/graph.ts'
import type { LogLine } from '../store/run-steps.ts'
import { hasEnded, type RunRow } from '../store/runs.ts'
import type { WaitRow } from '../store/waits.ts'
import type { JsonObject, LogLevel } from '../world.ts'
import { hideSealed } from './hidden.ts'
import type { RunError } from './run-view.ts'

/** One entry of a run's log (seed 003). */
export interface LogEntry {
  timestamp: string
  level: LogLevel
  message: string
  nodeId: string | null
  /** The type as the author wrote it. */
  nodeType: string | null
  /** Path of loop indexes, inside bodies. */
  iteration?: string
  data?: JsonObject
}

/** Which step an entry is about. */
interface About {
  stepId: string | null
  as: string | null
  iter?: string | null
}

/** The first entry: written with the run. */
export function startEntry(run: RunRow): LogEntry {
  return entry(run.createdAt, 'info', 'Execution started', JSON.parse(run.entry) as About)
}

/** A step's own lines. */
export function stepEntries(about: About, lines: LogLine[] = []): LogEntry[] {
  return lines.map(({ at, level, message, data }) =>
    entry(at, level, message, about, data === undefined ? undefined : (JSON.parse(data) as JsonObject)),
  )
}

/** What the log tells of a wait: opened, and how it closed. */
export function waitEntries(wait: WaitRow): LogEntry[] {
  const { id, kind, expiresAt, openedAt, status } = wait
  const data = { wait_id: id, kind }
  const opened = entry(openedAt, 'info', 'Waiting for an answer', wait, { ...data, expires_at: expiresAt })
  if (status === 'answered') return [opened, answeredEntry(wait)]
  if (status === 'expired')
    return [opened, entry(wait.closedAt ?? expiresAt, 'warn', 'Wait expired', wait, data)]
  return [opened]
}

function answeredEntry(wait: WaitRow): LogEntry {
  const { id, kind, answeredAt, closedAt, answeredBy } = wait
  const at = answeredAt ?? closedAt ?? wait.openedAt
  return entry(at, 'info', 'Answer received', wait, { wait_id: id, kind, by: answeredBy ?? null })
}

/** The last entry of a run that has ended; null before. `stoodOn` = the step it stood on, if nothing else tells. */
export function endEntry(run: RunRow, steps: Map<string, Node>, stoodOn: About | null): LogEntry | null {
  if (!hasEnded(run)) return null
  const at = run.finishedAt ?? run.updatedAt
  const nowhere = { stepId: null, as: null }
  if (run.status === 'completed') {
    const stepId = run.lastStepId ?? null
    const as = (stepId && steps.get(stepId)?.writtenType) || null
    return entry(at, 'info', 'Execution completed', { stepId, as })
  }
  if (run.status === 'timed_out') return entry(at, 'error', 'Execution timed out', stoodOn ?? nowhere)
  if (run.status === 'cancelled') return entry(at, 'warn', 'Execution cancelled', stoodOn ?? nowhere)
  const error = JSON.parse(run.error ?? '{}') as Partial<RunError>
  const stepId = error.stepId ?? null
  const as = error.stepType ?? (stepId && steps.get(stepId)?.writtenType) ?? null
  return entry(at, 'error', `Execution failed: ${error.message || error.code}`, { stepId, as })
}

function entry(
  timestamp: string,
  level: LogLevel,
  message: string,
  { stepId, as, iter }: About,
  data?: JsonObject,
): LogEntry {
  return {
    timestamp,
    level,
    message,
    nodeId: stepId,
    nodeType: as,
    ...(iter === undefined || iter === null ? {} : { iteration: iter }),
    ...(data === undefined ? {} : { data: hideSealed(data) }),
  }
}
