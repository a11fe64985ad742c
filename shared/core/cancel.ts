import { ExecutionDoesNotExist, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { instant } from '../aws/clock.ts'
import { isTransient } from '../aws/transient.ts'
import { isFault } from '../faults.ts'
import { listChildren } from '../store/children.ts'
import {
  changeRun,
  checkKey,
  endChecks,
  getRun,
  hasEnded,
  openStatuses,
  type RunRow,
  runUpdate,
} from '../store/runs.ts'
import { transact, type Write } from '../store/transact.ts'
import { closeUpdate } from '../store/wait-changes.ts'
import type { World } from '../world.ts'
import { type AuditEntry, audited } from './audit.ts'
import { runFinished } from './name-wait.ts'
import { answering, noRun } from './refusal.ts'
import { runError } from './run-error.ts'
import { type RunView, viewRun } from './run-view.ts'

/** Waits that close together with the run; more of them close by the stream. */
const closedAtOnce = 90
const tries = 5
/** When the sweep stops an execution that could not be stopped at once. */
const stopCheckMs = 60_000

/**
 * Cancels a run: it begins nothing any more once this has returned; its waits close, its children and its execution end.
 * A run that was cancelled before stays so.
 *
 * @param by who wants it, if somebody does: then the audit trail tells.
 * @throws {Fault} `not_found`; `run_finished` if it has ended otherwise; `unavailable`.
 */
export async function cancel(
  world: World,
  orgId: string,
  runId: string,
  reason?: string,
  by?: Canceller,
): Promise<RunView> {
  return await answering(world, async () => {
    const row = await recordCancel(world, orgId, runId, { reason, by })
    await stopRest(world, row)
    return await viewRun(world, row)
  })
}

/**
 * The same for a run of which nothing is wanted but that it does not go on: that it has ended by itself meanwhile, or that its
 * record is gone, is as good.
 *
 * @throws {Fault} `unavailable`.
 */
export async function cancelIfOpen(...given: Parameters<typeof cancel>): Promise<void> {
  try {
    await cancel(...given)
  } catch (error) {
    if (!isFault(error, 'run_finished') && !isFault(error, 'not_found')) throw error
  }
}

/** Who wants a run to end. */
export type Canceller = Pick<AuditEntry, 'actor' | 'requestId' | 'address'>

interface Why {
  reason: string | undefined
  by: Canceller | undefined
}

async function recordCancel(world: World, orgId: string, runId: string, why: Why): Promise<RunRow> {
  for (let attempt = 1; ; attempt++) {
    const row = await getRun(world, orgId, runId)
    if (!row) throw noRun()
    if (row.status === 'cancelled') return row
    if (hasEnded(row)) throw runFinished(row)
    // An answer may claim a wait meanwhile: then its run is read again. At last the run is cancelled without its waits.
    const keys = attempt === tries ? [] : [...(row.openWaits ?? [])].slice(0, closedAtOnce)
    const cancelled = await cancelWith(world, row, keys, why)
    if (cancelled) return cancelled
  }
}

async function cancelWith(
  world: World,
  row: RunRow,
  waits: string[],
  { reason = 'Execution cancelled', by }: Why,
): Promise<RunRow | null> {
  const now = world.clock.now()
  const at = instant(now)
  const change = {
    set: {
      status: 'cancelled',
      updatedAt: at,
      finishedAt: at,
      error: JSON.stringify(runError('cancelled', reason, at)),
      ...(by === undefined ? {} : { modifiedBy: by.actor }),
      gsi2sk: checkKey(row.orgId, row.id, now + stopCheckMs),
    },
    setOnce: { startedAt: at },
    remove: ['openWaits'],
    from: openStatuses,
    endsAt: Math.floor(now / 1000),
  }
  if (waits.length === 0 && by === undefined) {
    const { changed, row: after } = await changeRun(world, row.orgId, row.id, change)
    return changed ? after : null
  }
  const written = await transact(world, [
    { Update: { TableName: '', ...runUpdate(row.orgId, row.id, change) } },
    ...waits.map((stepKey) => ({
      Update: {
        TableName: '',
        ...closeUpdate(
          { orgId: row.orgId, runId: row.id, stepKey },
          { status: 'cancelled', at, from: ['open'] },
        ),
      },
    })),
    ...(by === undefined ? [] : [told(world, row, by)]),
  ])
  return written.ok ? await getRun(world, row.orgId, row.id) : null
}

/** Never the reason, which somebody has typed. */
function told(world: World, { orgId, id, flowId }: RunRow, { actor, requestId, address }: Canceller): Write {
  return audited(world, orgId, {
    ...{ actor, action: 'run.cancelled', target: id, requestId, address },
    details: { flowId },
  })
}

/**
 * Ends what belongs to a cancelled run: its children, then its execution. The run stays in the sweep's sight until its
 * execution has stopped.
 */
export async function stopRest(world: World, row: RunRow): Promise<void> {
  await cancelChildren(world, row, 'The run that started it was cancelled')
  if (row.engine === 'express' || (await stopExecution(world, row))) await endChecks(world, row)
}

/**
 * Cancels the runs that steps of a run have started and that are still open: nobody waits for them any more.
 *
 * @param isMeant tells by the key of the step's visit. @default all of them
 */
export async function cancelChildren(
  world: World,
  row: RunRow,
  reason: string,
  isMeant: (stepKey: string) => boolean = () => true,
): Promise<void> {
  for (const { childId, stepKey, status } of await listChildren(world, row.orgId, row.id)) {
    if (status === 'open' && isMeant(stepKey)) await cancelIfOpen(world, row.orgId, childId, reason)
  }
}

/** @returns false if the engine does not take it now. */
async function stopExecution({ states, log }: World, row: RunRow): Promise<boolean> {
  try {
    await states.send(
      new StopExecutionCommand({
        executionArn: executionArn(row),
        error: 'cancelled',
        cause: 'The run was cancelled',
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return true
    if (!isTransient(error)) throw error
    log.warn('An execution was not stopped', { runId: row.id, error: (error as Error).name })
    return false
  }
}

/** `…:stateMachine:<name>` -> `…:execution:<name>:<run id>`. */
export function executionArn({ machineArn, id }: Pick<RunRow, 'machineArn' | 'id'>): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${id}`
}
