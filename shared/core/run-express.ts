import { StartSyncExecutionCommand, type StartSyncExecutionCommandOutput } from '@aws-sdk/client-sfn'
import { instant } from '../aws/clock.ts'
import { isThrottle, isTransient } from '../aws/transient.ts'
import { changeRun, getRun, hasEnded, type RunRow } from '../store/runs.ts'
import type { World } from '../world.ts'
import { executionInput } from './execution-input.ts'
import { unavailable } from './refusal.ts'
import { runStandard } from './run-standard.ts'
import { type RunView, viewOf, viewRun } from './run-view.ts'
import { settleRun } from './settle.ts'
import type { ResolvedVersion } from './versions.ts'
import { hasPaused, watchRun } from './watch-run.ts'

/**
 * Runs an Express machine inside the call. If the time is over first, the run goes on and is told as running.
 *
 * The call is made once: a repeated one would be a second run (aws.md 1.5.6).
 */
export async function runExpress(
  world: World,
  row: RunRow & { inputs: string },
  version: ResolvedVersion,
  waitSeconds: number,
): Promise<RunView> {
  const input = executionInput(row, row.inputs)
  const end = world.clock.now() + waitSeconds * 1000
  const call = world.statesOnce
    .send(new StartSyncExecutionCommand({ stateMachineArn: row.machineArn, name: row.id, input }))
    .then(
      (result) => viewResult(world, row, result),
      (error) => afterFailure(world, row, version, end, error),
    )
  const late = Promise.withResolvers<null>()
  const stop = world.clock.after(waitSeconds * 1000, () => late.resolve(null))
  const view = await Promise.race([call, late.promise]).finally(stop)
  if (view !== null) return view
  call.catch((error: Error) =>
    world.log.error('A run could not be settled', { runId: row.id, error: error.name }),
  )
  return await viewRun(world, (await getRun(world, row.orgId, row.id)) ?? row)
}

/** The machine's last state has recorded a success before it was told, so it needs no reading. */
async function viewResult(
  world: World,
  row: RunRow,
  result: StartSyncExecutionCommandOutput,
): Promise<RunView> {
  if (result.status === 'SUCCEEDED') {
    const finishedAt = instant(result.stopDate?.getTime() ?? world.clock.now())
    const output = result.output ?? 'null'
    return viewOf(
      { ...row, status: 'completed', rev: row.rev + 1, output, finishedAt, updatedAt: finishedAt },
      [],
    )
  }
  const seen = await getRun(world, row.orgId, row.id)
  if (seen && hasEnded(seen)) return viewOf(seen, [])
  const { status = 'FAILED', error, cause } = result
  return viewOf((await settleRun(world, row.orgId, row.id, { status, error, cause })) ?? row, [])
}

/** The engine refused the call, or its reply was lost. */
async function afterFailure(
  world: World,
  row: RunRow,
  version: ResolvedVersion,
  end: number,
  error: unknown,
): Promise<RunView> {
  if (!isTransient(error)) throw error
  const left = Math.max(0, end - world.clock.now()) / 1000
  if (isThrottle(error)) return await runAsStandard(world, row, version, left)
  world.log.warn('The reply of an Express run was lost', { runId: row.id })
  const seen = await watchRun(world, row.orgId, row.id, left, (now) => hasPaused(now, 0))
  return await viewRun(world, seen)
}

/** Nothing was begun: the same run starts on its Standard machine. */
async function runAsStandard(
  world: World,
  row: RunRow,
  version: ResolvedVersion,
  waitSeconds: number,
): Promise<RunView> {
  const machine = await version.machine('standard')
  const { changed, row: moved } = await changeRun(world, row.orgId, row.id, {
    set: { status: 'queued', engine: 'standard', machineArn: machine.arn, machineHash: machine.hash },
    from: ['running'],
  })
  if (!changed || !moved) throw unavailable(new Error('The run has ended meanwhile'))
  return await runStandard(world, moved, waitSeconds)
}
