import { createHash } from 'node:crypto'
import type { Node } from '../definitions/graph.ts'
import type { StepKind } from '../steps/define.ts'
import { findStep } from '../steps/index.ts'
import { listStepRows, type StepRow, type TokenCount } from '../store/run-steps.ts'
import { getRun, type RunRow } from '../store/runs.ts'
import { listWaits, type WaitRow } from '../store/waits.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { readHidden } from './hidden.ts'
import { readTrace, type TracedVisit } from './read-trace.ts'
import { noRun } from './refusal.ts'
import { unseal } from './sealing.ts'
import { stepKey } from './step-key.ts'
import { stepsOf } from './step-names.ts'

/** What is known of one visit of a step (seed 001). */
export interface StepRecord {
  key: string
  stepId: string
  name: string
  type: string
  kind: StepKind
  status: 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled'
  startedAt: string
  finishedAt: string | null
  durationMs: number | null
  attempt: number
  iteration: string | null
  outcome: string | null
  waitId: string | null
  /** The output lies in the bucket; `output` is its size and digest. */
  isLarge: boolean
  /** Run that a `flow` step started. */
  childId: string | null
  /** `trace`: a native step, known from what the machine has told; `reused`: its output is that of the run before. */
  source: 'record' | 'trace' | 'reused'
  input: Json
  output: Json
  error: { code: string; message: string } | null
  /** What models took and gave; counted as credits. */
  tokens: TokenCount[]
}

/** Which steps of a run are wanted; all that is given must fit. */
export interface StepFilter {
  stepId?: string | undefined
  status?: string | undefined
  /** That one record, with its values whole. */
  key?: string | undefined
}

/** A larger value stands as its size and digest in a list. */
const largeBytes = 32 * 1024

/**
 * The steps of a run in order of start: records of working and waiting steps, and native ones from the trace.
 *
 * @throws {Fault} `not_found`.
 */
export async function readSteps(
  world: World,
  orgId: string,
  runId: string,
  filter: StepFilter = {},
): Promise<StepRecord[]> {
  const run = await getRun(world, orgId, runId)
  if (!run) throw noRun()
  const [rows, waits, graph] = await Promise.all([
    listStepRows(world, orgId, runId),
    listWaits(world, orgId, runId),
    stepsOf(world, run),
  ])
  const answered = await Promise.all(waits.map((wait) => waitRecord(world, wait)))
  const records = [...rows.map(workRecord), ...answered, ...nativeRecords(run, waits, graph)]
  const wanted = records.filter((record) => fits(record, filter)).sort((a, b) => (a.key < b.key ? -1 : 1))
  return filter.key === undefined ? wanted.map(small) : wanted
}

function fits(record: StepRecord, { stepId, status, key }: StepFilter): boolean {
  return (
    (stepId === undefined || record.stepId === stepId) &&
    (status === undefined || record.status === status) &&
    (key === undefined || record.key === key)
  )
}

function workRecord(row: StepRow): StepRecord {
  return {
    key: row.stepKey,
    stepId: row.stepId,
    name: row.name,
    type: row.type,
    kind: row.reused ? (findStep(row.type)?.kind ?? 'work') : 'work',
    status: row.status,
    startedAt: row.startedAt,
    ...lasted(row.startedAt, row.status === 'running' ? undefined : row.finishedAt),
    attempt: row.attempt,
    iteration: row.iter,
    outcome:
      row.outcome ?? { running: null, completed: 'default', failed: 'error', cancelled: null }[row.status],
    waitId: null,
    childId: row.childId ?? null,
    source: row.reused ? 'reused' : 'record',
    input: readHidden(row.input),
    isLarge: row.large !== undefined,
    output: outputOf(row),
    error: row.error === undefined ? null : JSON.parse(row.error),
    tokens: row.tokens ?? [],
  }
}

function outputOf({ large, output }: StepRow): Json {
  if (large !== undefined) return { $large: { ...large } }
  return output === undefined ? null : readHidden(output)
}

const waitStatuses = {
  open: 'waiting',
  claimed: 'waiting',
  answered: 'completed',
  expired: 'failed',
  cancelled: 'cancelled',
} as const

async function waitRecord(world: World, row: WaitRow): Promise<StepRecord> {
  const told = row.status === 'answered' ? await toldOf(world, row) : null
  const decided = row.status === 'expired' && row.outcome !== undefined
  const failed = told !== null && told.error !== undefined
  return {
    key: row.stepKey,
    stepId: row.stepId,
    name: row.stepName,
    type: row.stepType,
    kind: 'wait',
    status: failed ? 'failed' : decided ? 'completed' : waitStatuses[row.status],
    startedAt: row.openedAt,
    ...lasted(row.openedAt, row.answeredAt ?? row.closedAt),
    attempt: 1,
    iteration: row.iter,
    outcome: outcomeOf(row, failed),
    waitId: row.id,
    childId: null,
    isLarge: false,
    source: 'record',
    input: readHidden(row.question),
    output: told?.output === undefined ? null : readHidden(JSON.stringify(told.output)),
    error: failed
      ? { code: told.error as string, message: String(told.cause) }
      : row.status === 'expired' && !decided
        ? { code: 'Wait.Expired', message: 'Nobody answered in time' }
        : null,
    tokens: [],
  }
}

async function toldOf(world: World, row: WaitRow) {
  return (await unseal(world, row, row.answer ?? '')) as { output?: Json; error?: string; cause?: string }
}

function outcomeOf({ status, outcome }: WaitRow, failed: boolean): string | null {
  if (failed) return 'error'
  const { decision, actionId } = (outcome === undefined ? {} : JSON.parse(outcome)) as JsonObject
  if (typeof decision === 'string') return decision
  if (typeof actionId === 'string') return actionId
  return status === 'answered' ? 'default' : status === 'expired' ? 'timeout' : null
}

/** Native steps, from what the waits and the end of the run brought along. */
function nativeRecords(run: RunRow, waits: WaitRow[], graph: Map<string, Node>): StepRecord[] {
  const texts = [...waits.map(({ trace, seen }) => ({ trace, seen })), { trace: run.trace, seen: run.seen }]
  const visits = new Map<string, TracedVisit>()
  const seen: Record<string, Json> = {}
  for (const text of texts) {
    for (const visit of readTrace(text.trace)) visits.set(visit.stepId, visit)
    Object.assign(seen, JSON.parse(text.seen ?? '{}'))
  }
  const failedAt = run.error === undefined ? null : (JSON.parse(run.error).stepId as string | null)
  return [...visits.values()].map((visit) =>
    nativeRecord(visit, seen[visit.stepId], graph.get(visit.stepId), failedAt === visit.stepId),
  )
}

function nativeRecord(
  { stepId, at, error }: TracedVisit,
  value: Json | undefined,
  node: Node | undefined,
  endedRun: boolean,
): StepRecord {
  const failed = endedRun || error !== null
  const omitted = typeof value === 'object' && value !== null && '$omitted' in value
  return {
    key: stepKey(at, stepId, null),
    stepId,
    name: node?.name ?? stepId,
    type: node?.type ?? 'unknown',
    kind: (node && findStep(node.type)?.kind) ?? 'control',
    status: failed ? 'failed' : 'completed',
    startedAt: at,
    finishedAt: null,
    durationMs: null,
    attempt: 1,
    iteration: null,
    outcome: failed ? 'error' : null,
    waitId: null,
    childId: null,
    isLarge: false,
    source: 'trace',
    input: null,
    output: value === undefined || omitted ? null : readHidden(JSON.stringify(value)),
    error,
    tokens: [],
  }
}

function lasted(startedAt: string, finishedAt: string | undefined) {
  if (finishedAt === undefined) return { finishedAt: null, durationMs: null }
  return { finishedAt, durationMs: Date.parse(finishedAt) - Date.parse(startedAt) }
}

function small(record: StepRecord): StepRecord {
  return { ...record, input: shortened(record.input), output: shortened(record.output) }
}

function shortened(value: Json): Json {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  const text = JSON.stringify(value)
  const bytes = Buffer.byteLength(text)
  if (bytes <= largeBytes) return value
  return { $large: { bytes, sha256: createHash('sha256').update(text).digest('hex') } }
}
