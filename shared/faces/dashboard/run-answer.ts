import * as z from 'zod'
import type { RunView } from '../../core/run-view.ts'
import { Fault } from '../../faults.ts'
import type { Reply } from '../../http/route.ts'
import { uuid } from '../shapes.ts'
import { aboutRun, errorShape, statusShape } from './run-object.ts'
import { type Hides, waitingOf, waitingShape } from './waiting.ts'

const named = { status: statusShape, appRunId: uuid }
const opened = { resumeToken: z.string().optional() }

/** The answer of a run that waits. */
export const waitingAnswer = z.strictObject({ ...named, ...waitingShape, ...opened })

/** Replies of the routes that always answer in the envelope: a run that ended, waits, or is at work. */
export function envelopedWith(more: z.ZodRawShape) {
  const envelope = z.union([
    z.strictObject({ ...named, output: z.json(), ...more }),
    z.strictObject({ ...named, ...waitingShape, ...opened, ...more }),
    z.strictObject({ ...named, error: errorShape.nullable(), ...more }),
  ])
  return { 200: envelope, 202: z.strictObject({ ...named, ...opened, ...more }) }
}

export const envelopedReply = envelopedWith({})

/** Replies of the routes that may answer with the output itself, which is any JSON. */
export const executeReply = { 200: z.json(), 202: envelopedReply[202] }

/** Statuses in which a run has ended without an output. */
const lost = new Set(['failed', 'timed_out', 'cancelled'])

/** How the answer is given. */
export interface ReplyOptions {
  enveloped: boolean
  replayed: boolean
  hides?: Hides
  /** What opens the run to its starter while it has not ended. */
  resumeToken?: string
}

/**
 * The answer of an execution (dashboard.md §3): the output itself, or in an envelope.
 *
 * @throws {Fault} `run_failed` on a raw route: a client or proxy must not start the flow again.
 */
export function runReply(run: RunView, { enveloped, replayed, hides, resumeToken }: ReplyOptions): Reply {
  const about = { ...aboutRun(run), replayed }
  const name = { status: run.status, appRunId: run.id }
  if (run.status === 'completed')
    return { ...about, body: enveloped ? { ...name, output: run.output } : run.output }
  const more = resumeToken === undefined ? {} : { resumeToken }
  if (run.status === 'waiting') return { ...about, body: { ...name, ...waitingOf(run, hides), ...more } }
  if (!lost.has(run.status)) return { ...about, ...later(run.id), body: { ...name, ...more } }
  if (!enveloped) throw runFailed(run)
  return { ...about, body: { ...name, error: run.error } }
}

/** What comes of it is read elsewhere. */
function later(id: string): Reply {
  return { status: 202, location: `/v1/flowrun/poll/${id}`, headers: { 'retry-after': '1' } }
}

/** The refusal that tells of a run which ended without an output. */
export function runFailed(run: RunView): Fault {
  const { code, message, stepId, stepName, stepType } = run.error ?? {
    ...{ code: run.status, message: 'The run failed', stepId: null, stepName: null, stepType: null },
  }
  const about = { appRunId: run.id, runStatus: run.status, flowVersion: run.version }
  return new Fault('run_failed', message, { ...about, code, stepId, stepName, stepType })
}
