import { instant } from '../aws/clock.ts'
import { about } from '../log-with.ts'
import { changeRun, endChecks, openStatuses, type RunRow } from '../store/runs.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { cut, longestCause, runError } from './run-error.ts'
import type { RunError } from './run-view.ts'

/** How an execution ended, as EventBridge, DescribeExecution and StartSyncExecution tell it. */
export interface ExecutionEnd {
  status: string
  output?: string | null | undefined
  error?: string | null | undefined
  cause?: string | null | undefined
}

/** The part of a `Step Functions Execution Status Change` event that is read. */
export interface ExecutionDetail extends ExecutionEnd {
  /** The run's id. */
  name: string
  /** The execution's input, which names the organisation. */
  input?: string | null
}

/** How a run ends in its record. */
export interface RunEnd {
  status: 'completed' | 'failed' | 'cancelled' | 'timed_out'
  output?: Json
  error?: RunError
  trace?: JsonObject
  seen?: JsonObject
  lastStepId?: string | null
}

/**
 * Records the end of an execution that did not come by its last state: it failed, timed out or was stopped. A run that has
 * ended already stays as it is, so events may come twice and in any order.
 */
export async function settleExecution(world: World, detail: ExecutionDetail): Promise<void> {
  if (detail.status === 'RUNNING') return
  const { run } = JSON.parse(detail.input ?? '{}') as { run?: { id: string; orgId: string } }
  if (run?.id !== detail.name) {
    world.log.error('An execution names no run', { execution: detail.name })
    return
  }
  await settleRun(about(world, { runId: run.id, org: run.orgId }), run.orgId, run.id, detail)
}

/** Records how a run's execution ended, if the run is still open. Returns the row as it stands. */
export async function settleRun(
  world: World,
  orgId: string,
  runId: string,
  end: ExecutionEnd,
): Promise<RunRow | null> {
  const { ended, row } = await recordEnd(world, orgId, runId, endOf(end, instant(world.clock.now())))
  // A cancelled run was kept in sight until its execution had stopped.
  if (!ended && row?.gsi2sk !== undefined) await endChecks(world, row)
  return row
}

function endOf({ status, output, error, cause }: ExecutionEnd, at: string): RunEnd {
  if (status === 'SUCCEEDED') return { status: 'completed', output: JSON.parse(output ?? 'null') }
  if (status === 'TIMED_OUT')
    return { status: 'timed_out', error: runError('run_timed_out', 'Execution timed out', at) }
  if (status === 'ABORTED')
    return { status: 'cancelled', error: runError('cancelled', cause || 'The execution was stopped', at) }
  if (!error || error.startsWith('States.') || error.startsWith('Lambda.'))
    return {
      status: 'failed',
      error: runError('engine_error', 'The engine could not go on', at, { cause: said(error, cause) }),
    }
  return { status: 'failed', error: runError(error, cause ?? '', at) }
}

/** The engine's own words: they name the state, and what was wrong or too large in it. */
function said(error: string | null | undefined, cause: string | null | undefined): string | null {
  const words = [error, cause].filter((word) => word)
  return words.length === 0 ? null : cut(words.join(': '), longestCause)
}

/**
 * Writes the end of a run once, under the condition that it is open: nothing overwrites an end.
 *
 * @returns `ended: false` and the row as it stood if the run had ended before.
 */
export async function recordEnd(
  world: World,
  orgId: string,
  runId: string,
  end: RunEnd,
): Promise<{ ended: boolean; row: RunRow | null }> {
  const now = world.clock.now()
  const at = instant(now)
  const { changed, row } = await changeRun(world, orgId, runId, {
    set: {
      status: end.status,
      updatedAt: at,
      finishedAt: at,
      ...(end.output === undefined ? {} : { output: JSON.stringify(end.output) }),
      ...(end.error ? { error: JSON.stringify(end.error) } : {}),
      ...(end.trace ? { trace: JSON.stringify(end.trace) } : {}),
      ...(end.seen ? { seen: JSON.stringify(end.seen) } : {}),
      ...(end.lastStepId ? { lastStepId: end.lastStepId } : {}),
    },
    setOnce: { startedAt: at },
    remove: ['gsi2pk', 'gsi2sk', 'openWaits'],
    from: openStatuses,
    endsAt: Math.floor(now / 1000),
  })
  return { ended: changed, row }
}
