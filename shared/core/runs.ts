import { getFlow } from '../store/flows.ts'
import type { JsonObject, LogLevel, World } from '../world.ts'
import type { Canceller } from './cancel.ts'
import type { LogEntry } from './log-entries.ts'
import { readRun } from './read-run.ts'
import { answering } from './refusal.ts'
import { listPage, type RunQuery, type RunSummary } from './run-list.ts'
import type { RunView } from './run-view.ts'
import type { StepFilter, StepRecord } from './steps-of-run.ts'
import { noFlow } from './version-faults.ts'

// What only some calls need is read from disk by the first of them: a function that wakes to tell how a run stands does
// not wait for what starts one.

/** Runs of the organisation, or of one flow, newest first. `total` counts to 10,000. */
export async function listRuns(
  world: World,
  orgId: string,
  query: RunQuery,
): Promise<{ runs: RunSummary[]; total: number; totalCapped: boolean; nextKey: string | null }> {
  return await answering(world, () => listPage(world, orgId, query))
}

/** Runs of one flow, newest first. @throws {Fault} `not_found`: there is no such flow. */
export async function listFlowRuns(
  world: World,
  orgId: string,
  flowId: string,
  query: Omit<RunQuery, 'flowId'>,
): Promise<{ runs: RunSummary[]; total: number; totalCapped: boolean; nextKey: string | null }> {
  return await answering(world, async () => {
    if ((await getFlow(world, orgId, flowId)) === null) throw noFlow()
    return await listPage(world, orgId, { ...query, flowId })
  })
}

/**
 * Cancels a run with everything that belongs to it: nothing of it begins after this has returned. Cancelled before: the
 * same again.
 *
 * @throws {Fault} `not_found`; `run_finished` if it has ended otherwise; `unavailable`.
 */
export async function cancelRun(
  world: World,
  who: { orgId: string } & Partial<Canceller>,
  runId: string,
  reason?: string,
): Promise<RunView> {
  const { cancel } = await import('./cancel.ts')
  const { orgId, actor, requestId, address } = who
  return await cancel(
    world,
    orgId,
    runId,
    reason,
    actor === undefined ? undefined : { actor, requestId, address },
  )
}

/** The steps of a run in order of start; native ones from the run's trace. @throws {Fault} `not_found`. */
export async function listSteps(
  world: World,
  orgId: string,
  runId: string,
  filter: StepFilter = {},
): Promise<StepRecord[]> {
  const { readSteps } = await import('./steps-of-run.ts')
  return await answering(world, () => readSteps(world, orgId, runId, filter))
}

/** The log of a run, oldest first. @throws {Fault} `not_found`. */
export async function listLogs(
  world: World,
  orgId: string,
  runId: string,
  page: { level?: LogLevel | undefined; limit: number; offset: number },
): Promise<{ logs: LogEntry[]; total: number }> {
  const { readLogs } = await import('./logs.ts')
  return await answering(world, () => readLogs(world, orgId, runId, page))
}

/** The inputs and what came with the start. @throws {Fault} `not_found`. */
export async function readInputs(world: World, orgId: string, runId: string): Promise<JsonObject> {
  return (await readRun(world, orgId, runId, { parts: ['inputs'] })).inputs
}
