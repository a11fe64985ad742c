import * as z from 'zod'
import type { RunSummary } from '../../core/run-list.ts'
import type { RunView, WaitView } from '../../core/run-view.ts'
import { instant, jsonObject, uuid } from '../shapes.ts'

/** What seed 003 calls the statuses of a run. */
export const statusWords = ['running', 'completed', 'failed', 'cancelled'] as const

/** What an execution tells once it has ended. */
export const endingShape = {
  result: z.json().optional(),
  error: z.string().optional(),
  completed_at: instant.optional(),
  duration: z.int().optional(),
}

const waitEntryShape = {
  id: uuid,
  node_id: z.string(),
  node_type: z.string(),
  kind: z.string(),
  opened_at: instant,
  expires_at: instant,
}

/** What an execution tells while it waits. */
export const waitingShape = {
  waiting: z.array(z.strictObject({ ...waitEntryShape, question: jsonObject })).optional(),
}

/** The same in a list: without what is asked. */
export const waitingEntriesShape = { waiting: z.array(z.strictObject(waitEntryShape)).optional() }

const entry = { id: uuid, flow_id: uuid, status: z.enum(statusWords), started_at: instant }

/** A run as seed 003 prints it. */
export const executionShape = z.strictObject({ ...entry, input: jsonObject, ...endingShape, ...waitingShape })

/** A run as seed 003's list prints it. */
export const executionEntryShape = z.strictObject({
  ...entry,
  ...endingShape,
  ...waitingEntriesShape,
})

/** The status in the words of this face (conventions.md §8). */
export function statusWord(status: RunView['status']): (typeof statusWords)[number] {
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

/** A run with its input, in the order of the seed. */
export function executionObject(run: RunView): Record<string, unknown> {
  return {
    id: run.id,
    flow_id: run.flowId,
    status: statusWord(run.status),
    input: run.inputs,
    ...(run.status === 'completed' ? { result: run.output } : {}),
    started_at: run.createdAt,
    ...ending(run),
    ...(run.status === 'waiting' ? { waiting: run.waits.map(waitObject) } : {}),
  }
}

/** A run as a row of the list. */
export function executionEntry(run: RunSummary): Record<string, unknown> {
  return {
    id: run.id,
    flow_id: run.flowId,
    status: statusWord(run.status),
    started_at: run.createdAt,
    ...ending(run),
    ...(run.waits.length > 0 ? { waiting: run.waits.map(waitEntry) } : {}),
  }
}

/** An open wait in a list. */
export function waitEntry({
  id,
  stepId,
  stepType,
  kind,
  openedAt,
  expiresAt,
}: WaitView): Record<string, unknown> {
  return {
    ...{ id, node_id: stepId, node_type: stepType, kind },
    ...{ opened_at: openedAt, expires_at: expiresAt },
  }
}

/** An open wait with its question. */
export function waitObject(wait: WaitView): Record<string, unknown> {
  const { id, node_id, node_type, kind, ...times } = waitEntry(wait)
  const { kind: _, ...question } = wait.question
  return { id, node_id, node_type, kind, question, ...times }
}
