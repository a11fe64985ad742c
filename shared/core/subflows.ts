import type { SubflowEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { getChild, keepChild, noteAnswered } from '../store/children.ts'
import { beginStep, endStep, type StepRow } from '../store/run-steps.ts'
import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { engineError, forEngine, runCancelled } from './engine-error.ts'
import { logLine } from './log-lines.ts'
import type { RunError } from './run-view.ts'
import { hideSealed } from './sealing.ts'
import type { Starter, StartOrder } from './start.ts'
import { childIdOf, stepKey } from './step-key.ts'
import { lockToken, type Told, tellEngine } from './task-tokens.ts'

/** Deepest run that a run may start, the first one being 0. */
const deepest = 10
/** So long after its start the engine may not know a task yet. */
const youngMs = 10_000

/**
 * Starts the run that a `flow` step waits for; its end answers the step. Entered again, the same run stands.
 *
 * @throws {Error} `depth_exceeded`, `RunCancelled`, or the code of the refusal to start it.
 */
export async function startSubflow(world: World, event: SubflowEvent): Promise<null> {
  return await forEngine(world, async () => {
    const { orgId, id: runId, depth } = event.run
    if (depth + 1 > deepest) throw engineError('depth_exceeded', `Runs may start runs ${deepest} levels deep`)
    const parent = await getRun(world, orgId, runId)
    if (!parent || hasEnded(parent)) throw runCancelled()
    const key = stepKey(event.at, event.stepId, event.iter)
    const childId = childIdOf(runId, key)
    const order = orderOf(event)
    const token = await lockToken(world, { orgId, runId }, event.token)
    await beginStep(world, recordOf(world, event, key, childId))
    await keepChild(world, { orgId, runId, childId, stepKey: key, token, status: 'open' })
    await startChild(world, parent, order, { runId, stepKey: key, childId, depth: depth + 1 })
    const child = await getRun(world, orgId, childId)
    if (child && hasEnded(child)) await tellParent(world, child)
    return null
  })
}

function orderOf({ args, run }: SubflowEvent): StartOrder {
  const { flowId, version, inputs } = args
  if (typeof flowId !== 'string') throw engineError('Flow.BadParams', 'flowId is no text')
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

async function startChild(
  world: World,
  parent: RunRow,
  order: StartOrder,
  place: { runId: string; stepKey: string; childId: string; depth: number },
): Promise<void> {
  if (await getRun(world, parent.orgId, place.childId)) return
  try {
    const { start } = await import('./start.ts')
    await start(world, starterOf(parent), order, place)
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

/** Answers the step that waits for this run, which has ended. Doing it twice is harmless. */
export async function tellParent(world: World, child: RunRow): Promise<void> {
  const { orgId, parentRunId, parentStepKey } = child
  if (parentRunId === undefined || parentStepKey === undefined) return
  const row = await getChild(world, orgId, parentRunId, child.id)
  if (!row || row.status === 'answered') return
  const told = endAsAnswer(child)
  const taken = await tellEngine(world, row, row.token, told)
  const young = world.clock.now() - Date.parse(child.createdAt) < youngMs
  if (taken === 'refused' || taken === 'unclear' || (taken === 'unknown_task' && young))
    throw new Error(`The parent of run ${child.id} was not told`)
  await endStep(world, { orgId, runId: parentRunId, stepKey: parentStepKey }, stepEnd(world, told))
  await noteAnswered(world, row)
}

function endAsAnswer(child: RunRow): Told {
  if (child.status === 'completed') return { ok: true, output: JSON.parse(child.output ?? 'null') as Json }
  const { code, message } = JSON.parse(child.error ?? '{}') as Partial<RunError>
  return { ok: false, error: code ?? 'failed', cause: message ?? '' }
}

function stepEnd(world: World, told: Told) {
  const at = instant(world.clock.now())
  if (told.ok)
    return { status: 'completed' as const, at, attempt: 1, output: JSON.stringify(told.output), lines: [] }
  const { error: code, cause: message } = told
  return {
    status: 'failed' as const,
    at,
    attempt: 1,
    error: JSON.stringify({ code, message }),
    lines: [logLine(world, 'error', message || code, { code })],
  }
}
