import type { SubflowEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { keepChild } from '../store/children.ts'
import { beginStep, endStep, type StepRow } from '../store/run-steps.ts'
import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import type { JsonObject, World } from '../world.ts'
import { engineError, forEngine, isEngineError, runCancelled } from './engine-error.ts'
import { hideSealed } from './hidden.ts'
import { lockToken } from './lock-token.ts'
import { logLine } from './log-lines.ts'
import type { Starter, StartOrder } from './start.ts'
import { childIdOf, stepKey } from './step-key.ts'
import { stepEnd, tellParent } from './tell-parent.ts'

/** Deepest run that a run may start, the first one being 0. */
const deepest = 10

/**
 * Starts the run that a `flow` step waits for; its end answers the step. Entered again, the same run stands.
 *
 * @throws {Error} `depth_exceeded`, `RunCancelled`, or the code of the refusal to start it.
 */
export async function startSubflow(world: World, event: SubflowEvent): Promise<null> {
  return await forEngine(world, async () => {
    const { orgId, id: runId, rerunOf } = event.run
    if (rerunOf !== undefined && (await (await import('./reuse.ts')).reuseAnswer(world, event))) return null
    const parent = await getRun(world, orgId, runId)
    if (!parent || hasEnded(parent)) throw runCancelled()
    const key = stepKey(event.at, event.stepId, event.iter)
    const childId = childIdOf(runId, key)
    const token = await lockToken(world, { orgId, runId }, event.token)
    const record = recordOf(world, event, key, childId)
    await beginStep(world, record)
    await keepChild(world, { orgId, runId, childId, stepKey: key, token, status: 'open' })
    try {
      await startChild(world, parent, event, { runId, stepKey: key, childId })
    } catch (error) {
      // No child will ever end for this step, so its end is recorded here.
      if (isEngineError(error)) await endRefused(world, record, error)
      throw error
    }
    const child = await getRun(world, orgId, childId)
    if (child && hasEnded(child)) await tellParent(world, child)
    return null
  })
}

function orderOf({ args, run }: SubflowEvent): StartOrder {
  const { flowId, version, inputs } = args
  if (typeof flowId !== 'string')
    throw engineError('Flow.BadParams', 'flowId must be the id of a flow, as a text')
  if (inputs !== undefined && inputs !== null && (typeof inputs !== 'object' || Array.isArray(inputs)))
    throw engineError('Flow.BadParams', 'inputs must be an object')
  return {
    flowId,
    version: typeof version === 'number' ? version : 'latest',
    inputs: (inputs ?? {}) as JsonObject,
    trigger: { type: 'flow', data: { runId: run.id, flowId: run.flowId } },
    waitSeconds: 0,
  }
}

function recordOf(world: World, event: SubflowEvent, key: string, childId: string): StepRow {
  const { run, stepId, name, type, as, iter, args } = event
  return {
    orgId: run.orgId,
    runId: run.id,
    flowId: run.flowId,
    stepKey: key,
    stepId,
    name,
    type,
    as,
    iter,
    status: 'running',
    startedAt: instant(world.clock.now()),
    attempt: 1,
    input: JSON.stringify(hideSealed(args)),
    lines: [logLine(world, 'info', 'Sub-flow started', { execution_id: childId })],
    childId,
  }
}

async function endRefused(world: World, record: StepRow, { name, message }: Error): Promise<void> {
  const end = stepEnd(world, { ok: false, error: name, cause: message })
  await endStep(world, record, { ...end, isChildless: true })
}

async function startChild(
  world: World,
  parent: RunRow,
  event: SubflowEvent,
  of: { runId: string; stepKey: string; childId: string },
): Promise<void> {
  if (await getRun(world, parent.orgId, of.childId)) return
  const place = { ...of, depth: event.run.depth + 1 }
  if (place.depth > deepest) throw engineError('depth_exceeded', `Runs may start runs ${deepest} levels deep`)
  const order = orderOf(event)
  try {
    const { start } = await import('./start.ts')
    await start(world, starterOf(parent), order, { parent: place })
  } catch (error) {
    if (error instanceof Fault && error.code !== 'unavailable') throw engineError(error.code, error.message)
    throw error instanceof Fault ? (error.cause ?? error) : error
  }
}

/** The child is started by whoever started its parent. */
function starterOf({ orgId, createdBy, accountId, user }: RunRow): Starter {
  const { email, role } = (JSON.parse(user) ?? {}) as { email?: string | null; role?: string | null }
  return {
    orgId,
    actor: createdBy,
    accountId: accountId ?? null,
    email: email ?? null,
    role: role ?? null,
  }
}
