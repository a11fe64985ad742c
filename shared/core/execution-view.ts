import { hasEnded, type RunRow } from '../store/runs.ts'
import type { JsonObject } from '../world.ts'
import type { RunView, WaitView } from './run-view.ts'

/** How an execution stands (headless-runner-executions.md 3.3). A deleted one is not there any more. */
export const executionWords = ['queued', 'running', 'in_progress', 'completed', 'failed', 'stale'] as const

/** One of `executionWords`. */
export type ExecutionWord = (typeof executionWords)[number]

/** An execution of seed 004: a run, or the run that took its place. */
export interface ExecutionView {
  id: string
  flowId: string
  /** null for a run of the draft. */
  version: number | null
  /** Sealed values read `•••`; null where they are too large for a list. */
  inputs: JsonObject | null
  status: ExecutionWord
  createdAt: string
  updatedAt: string
  /** As `createdBy` of a run; `system` once the engine moved it. */
  modifiedBy: string
  /** Only of a failed one. */
  error: { code: string; message: string; stepId: string | null } | null
  /** Open ones, oldest first, at most 50. */
  waits: WaitView[]
  /** The run that has its place now. */
  run: Pick<RunView, 'id' | 'status' | 'version' | 'rev'>
}

type Standing = Pick<RunRow, 'status' | 'openWaits' | 'progressAt' | 'reruns'>

/** The status of the run that has an execution's place. */
export function executionWord({ status, openWaits, progressAt, reruns }: Standing): ExecutionWord {
  return wordOf(status, {
    asks: (openWaits?.size ?? 0) > 0,
    progressed: progressAt !== undefined,
    replaced: (reruns?.size ?? 0) > 0,
  })
}

interface Signs {
  asks: boolean
  progressed: boolean
  /** Another run has run it again, in a place of its own. */
  replaced: boolean
}

function wordOf(status: RunRow['status'], { asks, progressed, replaced }: Signs): ExecutionWord {
  if (hasEnded({ status })) return replaced ? 'stale' : status === 'completed' ? 'completed' : 'failed'
  if (asks || (status === 'running' && progressed)) return 'in_progress'
  return status === 'queued' ? 'queued' : 'running'
}

/** An execution, seen through its head. */
export function viewExecution(head: Pick<RunRow, 'id' | 'createdAt'>, run: RunView): ExecutionView {
  const status = wordOf(run.status === 'waiting' ? 'running' : run.status, {
    asks: run.openWaits > 0,
    progressed: run.progressAt !== null,
    replaced: run.reruns.length > 0,
  })
  return {
    id: head.id,
    flowId: run.flowId,
    version: run.version,
    inputs: run.inputs,
    status,
    createdAt: head.createdAt,
    updatedAt: run.updatedAt,
    modifiedBy: modifierOf(run, status),
    error: status === 'failed' ? errorOf(run) : null,
    waits: run.waits,
    run: { id: run.id, status: run.status, version: run.version, rev: run.rev },
  }
}

/** What is asked for is the asker's doing until the engine has come further with it. */
function modifierOf({ modifiedBy, createdBy }: RunView, status: ExecutionWord): string {
  return modifiedBy ?? (status === 'queued' || status === 'running' ? createdBy : 'system')
}

function errorOf({ error, status }: RunView): NonNullable<ExecutionView['error']> {
  const { code, message, stepId } = error ?? { code: status, message: 'The execution failed', stepId: null }
  return { code, message, stepId }
}
