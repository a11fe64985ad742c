import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn'
import { instant } from '../aws/clock.ts'
import { listChildren } from '../store/children.ts'
import { dueThings, type OpenThing } from '../store/open-things.ts'
import { latestStepRows } from '../store/run-steps.ts'
import { getRun, hasEnded, moveCheck, type RunRow } from '../store/runs.ts'
import { isHeld } from '../store/slots.ts'
import { cancelWait } from '../store/wait-changes.ts'
import type { WaitRow } from '../store/waits.ts'
import type { World } from '../world.ts'
import { executionArn, stopRest } from './cancel.ts'
import { collectMachines } from './collect-machines.ts'
import { countOpenRuns } from './count-open-runs.ts'
import { deliverAgain } from './deliver.ts'
import { markExpired } from './expire-wait.ts'
import { runError } from './run-error.ts'
import { noteRunning, startMachine } from './run-standard.ts'
import { recordEnd, settleRun } from './settle.ts'
import { tellParent } from './tell-parent.ts'

/** What a sweep did, by kind of repair. */
export type Swept = Record<string, number>

/** Pause between two questions to the engine: it answers few a second (aws.md 1.2). */
const askPauseMs = 200
/**
 * How long repairs are begun. What is due beyond that is left to the next sweep: a crowd of runs must not keep this one from
 * what comes after them, nor past the time of its function (`infra/doors.ts`).
 */
const beginsForMs = 60_000
const firstCheckMs = 10 * 60_000
const longestCheckMs = 24 * 3_600_000

/**
 * Closes the gap between records and engine (aws.md 2.7): starts what was not started, settles what has ended unheard,
 * delivers claimed answers, expires overdue waits, stops executions of cancelled runs, takes away machines that no version
 * needs. Every repair is conditional, so two sweeps at once do no harm; one that fails is tried by the next.
 */
export async function sweep(world: World): Promise<Swept> {
  const swept: Swept = {}
  const started = world.clock.now()
  for await (const thing of dueThings(world, started)) {
    if (world.clock.now() - started > beginsForMs) break
    try {
      const done = await repair(world, thing)
      swept[done] = (swept[done] ?? 0) + 1
    } catch (error) {
      swept.failed = (swept.failed ?? 0) + 1
      world.log.error('A repair failed', {
        ...{ of: thing.of, id: thing.row.id, org: thing.row.orgId },
        error: (error as Error).message,
      })
    }
  }
  const collected = await collectMachines(world)
  const scheduled = await (await import('./sweep-schedules.ts')).sweepSchedules(world)
  const closed = await (await import('./sweep-connections.ts')).sweepConnections(world)
  const open = await countOpenRuns(world)
  world.metrics.count('RunsOpen', open.runs)
  world.metrics.count('WaitsOverdue', open.overdueWaits)
  world.metrics.count(
    'Reconciled',
    Object.values(swept).reduce((sum, done) => sum + done, 0),
  )
  return {
    ...swept,
    ...(closed === 0 ? {} : { closed }),
    ...(collected === 0 ? {} : { collected }),
    ...(scheduled === 0 ? {} : { scheduled }),
  }
}

async function repair(world: World, thing: OpenThing): Promise<string> {
  return thing.of === 'run' ? await repairRun(world, thing.row) : await repairWait(world, thing.row)
}

async function repairRun(world: World, row: RunRow): Promise<string> {
  if (hasEnded(row)) {
    await stopRest(world, row)
    return 'stopped'
  }
  if (isHeld(row)) return await (await import('./admit-held.ts')).sweepHeld(world, row)
  if (row.status === 'queued') return await startQueued(world, row)
  if (row.engine === 'express') return await giveUp(world, row)
  return await askEngine(world, row)
}

async function startQueued(world: World, row: RunRow): Promise<string> {
  if (!(await startMachine(world, row))) return 'postponed'
  if (row.status === 'queued') await noteRunning(world, row)
  else await moveCheck(world, row, world.clock.now() + firstCheckMs)
  return 'started'
}

/** An Express run lives no longer than five minutes, and nobody can be asked about it. */
async function giveUp(world: World, row: RunRow): Promise<string> {
  const at = instant(world.clock.now())
  const error = runError('engine_lost', 'The engine lost the run', at)
  await recordEnd(world, row.orgId, row.id, { status: 'failed', error })
  return 'lost'
}

async function askEngine(world: World, row: RunRow): Promise<string> {
  await world.clock.sleep(askPauseMs)
  const execution = await describe(world, row)
  if (execution === null) return await startAgain(world, row)
  if (execution.status !== 'RUNNING') {
    const { status = 'FAILED', output, error, cause } = execution
    await settleRun(world, row.orgId, row.id, { status, output, error, cause })
    return 'settled'
  }
  await tellOfChildren(world, row)
  const age = world.clock.now() - Date.parse(row.createdAt)
  const next = Math.min(longestCheckMs, Math.max(firstCheckMs, age))
  await moveCheck(world, row, world.clock.now() + next)
  return 'alive'
}

async function describe({ states }: World, row: RunRow) {
  try {
    return await states.send(new DescribeExecutionCommand({ executionArn: executionArn(row) }))
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return null
    throw error
  }
}

/** Children that ended without their parent hearing of it. */
async function tellOfChildren(world: World, row: RunRow): Promise<void> {
  for (const { childId, status } of await listChildren(world, row.orgId, row.id)) {
    const child = status === 'open' ? await getRun(world, row.orgId, childId) : null
    if (child && hasEnded(child)) await tellParent(world, child)
  }
}

/** The engine knows no such execution: nothing was begun, or it is lost. */
async function startAgain(world: World, row: RunRow): Promise<string> {
  const [step] = await latestStepRows(world, row.orgId, row.id, 1)
  return step || (row.waitRev ?? 0) > 0 ? await giveUp(world, row) : await startQueued(world, row)
}

async function repairWait(world: World, wait: WaitRow): Promise<string> {
  if (wait.status === 'claimed') {
    const taken = await deliverAgain(world, wait)
    return taken === 'refused' || taken === 'unclear' ? 'postponed' : 'delivered'
  }
  const run = await getRun(world, wait.orgId, wait.runId)
  const now = world.clock.now()
  if (!run || hasEnded(run)) {
    await cancelWait(world, wait, instant(now))
    return 'closed'
  }
  await markExpired(world, wait)
  return 'expired'
}
