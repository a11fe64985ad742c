import * as z from 'zod'
import type { RunView } from '../../core/run-view.ts'
import type { StepRecord } from '../../core/steps-of-run.ts'
import type { AboutRun } from '../../http/route.ts'
import { instant, uuid } from '../shapes.ts'

/** Statuses go out unchanged. */
export const statusShape = z.enum([
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
  'timed_out',
])

/** Why a run ended without an output. */
export const errorShape = z.strictObject({
  code: z.string(),
  message: z.string(),
  stepId: z.string().nullable(),
  stepName: z.string().nullable(),
  stepType: z.string().nullable(),
  cause: z.string().nullable(),
  occurredAt: instant,
  attempts: z.int(),
})

/** What every view of a run begins with (dashboard.md §11). */
export const baseShape = {
  _id: uuid,
  appId: uuid,
  version: z.int().nullable(),
  status: statusShape,
  triggerType: z.string(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  durationMs: z.number().nullable(),
}

/** One visit of a step, without what went in and came out. */
export const stepEntryShape = z.strictObject({
  key: z.string(),
  stepId: z.string(),
  name: z.string(),
  type: z.string(),
  kind: z.string(),
  status: z.enum(['running', 'waiting', 'completed', 'failed', 'cancelled']),
  startedAt: instant,
  finishedAt: instant.nullable(),
  durationMs: z.number().nullable(),
  attempt: z.int(),
  iteration: z.string().nullable(),
  outcome: z.string().nullable(),
  waitId: z.string().nullable(),
  childId: z.string().nullable(),
  source: z.enum(['record', 'trace', 'reused']),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
})

/** One visit of a step. */
export const stepShape = stepEntryShape.extend({
  input: z.json(),
  output: z.json(),
  /** For an output that is too large for a reply. */
  downloadUrl: z.string().optional(),
})

/** The run that a reply is about. */
export function aboutRun({ id, status, version }: RunView): { run: AboutRun } {
  return { run: { id, status, version } }
}

/** The run's weak ETag. */
export function etagOfRun({ rev }: RunView): string {
  return `W/"${rev}"`
}

export function baseOf(
  run: Pick<
    RunView,
    'id' | 'flowId' | 'version' | 'status' | 'createdAt' | 'startedAt' | 'finishedAt' | 'durationMs'
  > & {
    trigger: { type: string }
  },
): Record<string, unknown> {
  const { id, flowId, version, status, trigger, createdAt, startedAt, finishedAt, durationMs } = run
  return {
    ...{ _id: id, appId: flowId, version, status, triggerType: trigger.type },
    ...{ createdAt, startedAt, finishedAt, durationMs },
  }
}

export function stepEntry(record: StepRecord): Record<string, unknown> {
  const { input: _, output: __, ...entry } = stepObject(record)
  return entry
}

/** What models took is told by the run's credits. */
export function stepObject({ tokens: _, isLarge: __, ...step }: StepRecord): Record<string, unknown> {
  return step
}
