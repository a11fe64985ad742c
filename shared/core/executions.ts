import type { World } from '../world.ts'
import { type ExecutionView, viewExecution } from './execution-view.ts'
import { currentRun, findExecution } from './find-execution.ts'
import { answering } from './refusal.ts'
import { type RunView, viewRun } from './run-view.ts'
import { cancelRun, readInputs } from './runs.ts'
import type { Starter, StartOrder } from './start.ts'
import { startRun } from './start-run.ts'

/**
 * Starts a run as an execution of its own; otherwise as `startRun`.
 *
 * @throws {Fault} what `startRun` refuses; `not_found` if an equal request's execution was deleted since.
 */
export async function createExecution(
  world: World,
  who: Starter,
  order: StartOrder,
): Promise<{ execution: ExecutionView; replayed: boolean }> {
  const { run, replayed } = await startRun(world, who, order)
  if (replayed) return { execution: await readExecution(world, who.orgId, run.id), replayed }
  return { execution: viewExecution(run, await withInputs(world, who.orgId, run)), replayed }
}

/** A run that was just started, with its inputs: large ones lie apart from it. */
export async function withInputs(world: World, orgId: string, run: RunView): Promise<RunView> {
  if (Object.keys(run.inputs).length > 0) return run
  return { ...run, inputs: await readInputs(world, orgId, run.id) }
}

/** An execution as it stands, strongly consistent. @throws {Fault} `not_found` */
export async function readExecution(world: World, orgId: string, id: string): Promise<ExecutionView> {
  return await answering(world, async () => {
    const head = await findExecution(world, orgId, id)
    return viewExecution(head, await viewRun(world, await currentRun(world, head), ['inputs']))
  })
}

/**
 * Cancels what has an execution's place: nothing of it begins after this has returned.
 *
 * @throws {Fault} `not_found`; `run_finished` if it has ended otherwise; `unavailable`.
 */
export async function cancelExecution(
  world: World,
  who: { orgId: string; actor: string },
  id: string,
): Promise<ExecutionView> {
  const head = await findExecution(world, who.orgId, id)
  await cancelRun(world, who, head.currentRunId ?? head.id)
  return await readExecution(world, who.orgId, id)
}
