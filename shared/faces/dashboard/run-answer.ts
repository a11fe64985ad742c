import type { RunView, WaitView } from '../../core/run-view.ts'
import { Fault } from '../../faults.ts'
import type { Reply } from '../../http/route.ts'

/** The open wait and what to do about it (dashboard.md §3), the same in execute, resume, poll and details. */
export interface Waiting {
  waitState: Record<string, unknown>
  pendingAction: Record<string, unknown>
  pendingActions?: Record<string, unknown>[]
}

/** What seed 001 calls the kinds of waits. */
const actionTypes: Record<string, string> = { approval: 'user-approval' }

/** The oldest open wait, and all of them if there are several; nulls if none is open. */
export function waitingOf({ waits, openWaits }: RunView): Waiting | { waitState: null; pendingAction: null } {
  const [oldest] = waits
  if (oldest === undefined) return { waitState: null, pendingAction: null }
  return {
    waitState: {
      type: actionTypes[oldest.kind] ?? oldest.kind,
      waitId: oldest.id,
      stepId: oldest.stepId,
      stepName: oldest.stepName,
      since: oldest.openedAt,
      expiresAt: oldest.expiresAt,
      openWaits,
    },
    pendingAction: actionOf(oldest),
    ...(openWaits > 1 ? { pendingActions: waits.map(actionOf) } : {}),
  }
}

function actionOf({ id, kind, question, openedAt }: WaitView): Record<string, unknown> {
  const { kind: _, approvers: __, allowSelf: ___, votes: ____, ...shown } = question
  return { type: actionTypes[kind] ?? kind, executionId: id, ...shown, timestamp: openedAt }
}

/** Statuses in which a run has ended without an output. */
const lost = new Set(['failed', 'timed_out', 'cancelled'])

/**
 * The answer of an execution: the output itself, or in an envelope.
 *
 * @throws {Fault} `run_failed` on a raw route: a client or proxy must not start the flow again.
 */
export function runReply(
  run: RunView,
  { enveloped, replayed }: { enveloped: boolean; replayed: boolean },
): Reply {
  const about = { run: { id: run.id, status: run.status, version: run.version }, replayed }
  const named = { status: run.status, appRunId: run.id }
  if (run.status === 'completed')
    return { ...about, body: enveloped ? { ...named, output: run.output } : run.output }
  if (run.status === 'waiting') return { ...about, body: { ...named, ...waitingOf(run) } }
  if (!lost.has(run.status))
    return {
      ...about,
      status: 202,
      location: `/v1/flowrun/poll/${run.id}`,
      headers: { 'retry-after': '1' },
      body: named,
    }
  if (enveloped) return { ...about, body: { ...named, error: run.error } }
  const {
    code = run.status,
    message = 'The run failed',
    stepId = null,
    stepName = null,
    stepType = null,
  } = run.error ?? {}
  throw new Fault('run_failed', message, {
    appRunId: run.id,
    runStatus: run.status,
    code,
    stepId,
    stepName,
    stepType,
    flowVersion: run.version,
  })
}
