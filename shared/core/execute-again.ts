import type { Graph } from '../definitions/graph.ts'
import { checkInputs } from '../definitions/inputs.ts'
import { Fault } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import { isDeleted, replaceCurrent } from '../store/executions.ts'
import { mostReruns } from '../store/reruns.ts'
import { getInputs, getRun, hasEnded, type RunRow } from '../store/runs.ts'
import type { JsonObject, World } from '../world.ts'
import { cancelIfOpen } from './cancel.ts'
import { type ExecutionView, executionWord, viewExecution } from './execution-view.ts'
import { readExecution, withInputs } from './executions.ts'
import { currentRun, findExecution, noExecution } from './find-execution.ts'
import type { Principal } from './principal.ts'
import { answering } from './refusal.ts'
import { findStart, type IdempotencyKey } from './requests.ts'
import { membersWithSealed, ownGraph, ranTooOften, resolveAgain, standingOf, startAgain } from './rerun.ts'
import { planStale, type RerunPlan } from './rerun-plan.ts'
import { readSteps } from './steps-of-run.ts'
import type { ResolvedVersion } from './versions.ts'

/** How an execution is executed again. */
export interface AgainOrder {
  /** Recorded outputs stand where nothing has failed or changed. */
  onlyStale: boolean
  idempotency?: IdempotencyKey | undefined
  traceparent: string
}

/**
 * Starts a new run on the latest version with the same inputs, in the place of the one that an execution has now
 * (headless-runner-executions.md 3.2). A live one is cancelled once version and inputs are known to do. A completed
 * execution that is not stale has nothing stale: it stays as it is.
 *
 * @throws {Fault} `not_found`; `version_not_published`; `validation_failed` for inputs that do not fit, or were sealed;
 *   `conflict` if somebody else did so meanwhile, or reason `limit_reached`; and what a start refuses.
 */
export async function executeAgain(
  world: World,
  who: Principal,
  id: string,
  order: AgainOrder,
): Promise<{ execution: ExecutionView; replayed: boolean }> {
  return await answering(world, async () => {
    const head = await findExecution(world, who.orgId, id)
    // What an equal request has started must not be cancelled by its repetition.
    const known = order.idempotency ? await findStart(world, who.orgId, order.idempotency) : null
    if (known !== null) return { execution: await readExecution(world, who.orgId, id), replayed: true }
    const current = await currentRun(world, head)
    if (order.onlyStale && executionWord(current) === 'completed')
      return { execution: await readExecution(world, who.orgId, id), replayed: false }
    if ((current.reruns?.size ?? 0) >= mostReruns) throw ranTooOften()
    const next = await resolveAgain(world, current, 'latest')
    const inputs = await inputsAgain(world, current, next.graph)
    const old = hasEnded(current) ? current : await ended(world, who, current)
    const plan = order.onlyStale ? await stale(world, old, next) : { from: 'start', reuse: [] }
    const started = await startAgain(
      world,
      who,
      old,
      { waitSeconds: 0, idempotency: order.idempotency, traceparent: order.traceparent },
      {
        ...plan,
        version: 'latest',
        inputs,
        headId: head.id,
        beside: (note) => ({
          writes: replaceCurrent(head, old, note),
          isSpent: () => hasMoved(world, head),
          refusal: executedMeanwhile,
        }),
      },
    )
    if (started.replayed) return { execution: await readExecution(world, who.orgId, id), replayed: true }
    return {
      execution: viewExecution(head, await withInputs(world, who.orgId, started.run)),
      replayed: false,
    }
  })
}

async function hasMoved(world: World, head: RunRow): Promise<boolean> {
  const now = await getRun(world, head.orgId, head.id)
  return now === null || isDeleted(now) || now.currentRunId !== head.currentRunId
}

function executedMeanwhile(): Fault {
  return new Fault('conflict', 'The execution was executed again, or deleted, meanwhile', {
    reason: 'revision',
  })
}

/** The same inputs, checked against the version that will run. */
async function inputsAgain(world: World, current: RunRow, graph: Graph): Promise<JsonObject> {
  const before = JSON.parse(await getInputs(world, current)) as JsonObject
  const sealed = membersWithSealed(before).map((name) => ({
    path: pointerOf([name]),
    code: 'sealed',
    message: `${name} was sealed for the run before: create a new execution`,
  }))
  const { inputs, issues } = checkInputs(graph.inputs, before)
  const all = sealed.length > 0 ? sealed : issues
  if (all.length > 0) throw new Fault('validation_failed', 'The inputs cannot be used again', { issues: all })
  return inputs
}

/** Cancels it, unless it has ended by itself meanwhile. */
async function ended(world: World, who: Principal, run: RunRow): Promise<RunRow> {
  await cancelIfOpen(world, run.orgId, run.id, 'It was executed again', who)
  const row = await getRun(world, run.orgId, run.id)
  if (!row) throw noExecution()
  return row
}

async function stale(world: World, old: RunRow, next: ResolvedVersion): Promise<RerunPlan> {
  const records = await readSteps(world, old.orgId, old.id)
  const stood = old.status === 'completed' ? null : standingOf(old, records)
  return planStale(await ownGraph(world, old, next), next.graph, records, stood)
}
