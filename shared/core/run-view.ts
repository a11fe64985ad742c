import type { Question } from '../steps/define.ts'
import { getInputs, hasEnded, type RunRow } from '../store/runs.ts'
import { getWaits, type WaitRow, type WaitStatus } from '../store/waits.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { readHidden } from './hidden.ts'

/** How a run stands, seen from outside. */
export type RunWord = RunRow['status'] | 'waiting'

/** Every word for how a run stands. */
export const runWords: RunWord[] = [
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
  'timed_out',
]

/** Why a run ended without an output. */
export interface RunError {
  /** The author's, or the engine's, e.g. `Http.5xx`, `run_timed_out`, `cancelled`. */
  code: string
  message: string
  stepId: string | null
  stepName: string | null
  stepType: string | null
  cause: string | null
  occurredAt: string
  attempts: number
}

/** A wait as every face shows it (conventions.md §8). */
export interface WaitView {
  id: string
  runId: string
  flowId: string
  stepId: string
  stepName: string
  stepType: string
  kind: string
  status: WaitStatus
  question: Question
  openedAt: string
  expiresAt: string
  onTimeout: 'fail' | 'branch' | { decision: string }
  answeredAt: string | null
  answeredBy: string | null
  outcome: JsonObject | null
}

/** A run as every face shows it. */
export interface RunView {
  id: string
  flowId: string
  /** null for a run of the draft. */
  version: number | null
  draftRevision?: number
  status: RunWord
  rev: number
  trigger: { type: string; data?: Json }
  /** Sealed values read `•••`. Inputs over 8 KB are there only if they were asked for. */
  inputs: JsonObject
  output: Json
  error: RunError | null
  /** Open ones, oldest first, at most 50. */
  waits: WaitView[]
  openWaits: number
  createdAt: string
  createdBy: string
  /** Who ended it, or ran it again once it had ended; null if nobody did. */
  modifiedBy: string | null
  startedAt: string | null
  updatedAt: string
  finishedAt: string | null
  durationMs: number | null
  progressAt: string | null
  parentRunId: string | null
  /** The run that this one runs again. */
  rerunOf: string | null
  /** The runs that run this one again. */
  reruns: string[]
  /** For which moment a schedule started it. */
  scheduledAt: string | null
}

/** Most waits that are shown with a run. */
export const shownWaits = 50

/** How the run stands: waiting is derived from open waits, never stored. */
export function wordFor(row: Pick<RunRow, 'status' | 'openWaits'>): RunWord {
  return !hasEnded(row) && (row.openWaits?.size ?? 0) > 0 ? 'waiting' : row.status
}

/** The run with its open waits, which are read besides. */
export async function viewRun(world: World, row: RunRow, parts: 'inputs'[] = []): Promise<RunView> {
  const waiting = wordFor(row) === 'waiting'
  const keys = waiting ? [...(row.openWaits ?? [])].sort().slice(0, shownWaits) : []
  const [waits, inputs] = await Promise.all([
    keys.length > 0 ? getWaits(world, row.orgId, row.id, keys) : [],
    parts.includes('inputs') ? getInputs(world, row) : (row.inputs ?? '{}'),
  ])
  return viewOf({ ...row, inputs }, waits.map(viewWait))
}

/** The run's row as a view. */
export function viewOf(row: RunRow, waits: WaitView[]): RunView {
  const finishedAt = row.finishedAt ?? null
  return {
    id: row.id,
    flowId: row.flowId,
    version: row.version,
    ...(row.draftRevision === undefined ? {} : { draftRevision: row.draftRevision }),
    status: wordFor(row),
    rev: row.rev,
    trigger: {
      type: row.trigger,
      ...(row.triggerData === undefined ? {} : { data: readHidden(row.triggerData) }),
    },
    inputs: readHidden(row.inputs ?? '{}') as JsonObject,
    output: row.output === undefined ? null : readHidden(row.output),
    error: row.error === undefined ? null : (readHidden(row.error) as unknown as RunError),
    waits,
    openWaits: hasEnded(row) ? 0 : (row.openWaits?.size ?? 0),
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    modifiedBy: row.modifiedBy ?? null,
    startedAt: row.startedAt ?? null,
    updatedAt: row.updatedAt,
    finishedAt,
    durationMs:
      finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(row.startedAt ?? row.createdAt),
    progressAt: row.progressAt ?? null,
    parentRunId: row.parentRunId ?? null,
    rerunOf: row.rerunOf ?? null,
    reruns: [...(row.reruns ?? [])],
    scheduledAt: row.scheduledAt ?? null,
  }
}

/** The wait's row as a view; the token and the answer stay on the row. */
export function viewWait(row: WaitRow): WaitView {
  const question = readHidden(row.question) as Question
  return {
    id: row.id,
    runId: row.runId,
    flowId: row.flowId,
    stepId: row.stepId,
    stepName: row.stepName,
    stepType: row.stepType,
    kind: row.kind,
    status: row.status,
    question: row.votes === undefined ? question : withVotes(question, row.votes),
    openedAt: row.openedAt,
    expiresAt: row.expiresAt,
    onTimeout: JSON.parse(row.onTimeout),
    answeredAt: row.answeredAt ?? null,
    answeredBy: row.answeredBy ?? null,
    outcome: row.outcome === undefined ? null : JSON.parse(row.outcome),
  }
}

function withVotes(question: Question, votes: NonNullable<WaitRow['votes']>): Question {
  const given = Object.values(votes).sort((a, b) => (a.at < b.at ? -1 : 1))
  return {
    ...question,
    approvals: { ...(question.approvals as JsonObject), given: given.length },
    votes: given.map(({ decision, by, at }) => ({ decision, by, at })),
  }
}
