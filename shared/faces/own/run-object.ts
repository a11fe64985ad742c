import * as z from 'zod'
import type { RunView } from '../../core/run-view.ts'
import { instant, jsonObject, uuid } from '../shapes.ts'
import { waitObject, waitShape } from './wait-object.ts'

/** A run as Sluice's own routes print it (conventions.md §9). */
export const runShape = z.strictObject({
  id: uuid,
  flowId: uuid,
  version: z.int().nullable(),
  status: z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'timed_out']),
  rev: z.int(),
  trigger: z.strictObject({ type: z.string() }),
  inputs: jsonObject,
  output: z.json(),
  error: z.strictObject({ code: z.string(), message: z.string(), stepId: z.string().nullable() }).nullable(),
  waits: z.array(waitShape),
  openWaits: z.int(),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  durationMs: z.number().nullable(),
  parentRunId: uuid.nullable(),
})

export function runObject(run: RunView): z.output<typeof runShape> {
  const { id, flowId, version, status, rev, inputs, output, error, waits, openWaits } = run
  const { startedAt, finishedAt, durationMs, parentRunId } = run
  return {
    ...{ id, flowId, version, status, rev, inputs, output, openWaits },
    trigger: { type: run.trigger.type },
    error: error && { code: error.code, message: error.message, stepId: error.stepId },
    waits: waits.map(waitObject),
    ...{ startedAt, finishedAt, durationMs, parentRunId },
  }
}
