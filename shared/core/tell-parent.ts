import { instant } from '../aws/clock.ts'
import { getChild, noteAnswered } from '../store/children.ts'
import { endStep, getStep, type StepEnd } from '../store/run-steps.ts'
import type { RunRow } from '../store/runs.ts'
import type { Json, World } from '../world.ts'
import { logLine } from './log-lines.ts'
import type { RunError } from './run-view.ts'
import { type Told, tellEngine } from './task-tokens.ts'

/** So long after its start the engine may not know a task yet. */
const youngMs = 10_000

/** Answers the step that waits for this run, which has ended. Doing it twice is harmless. */
export async function tellParent(world: World, child: RunRow): Promise<void> {
  const { orgId, parentRunId, parentStepKey } = child
  if (parentRunId === undefined || parentStepKey === undefined) return
  const row = await getChild(world, orgId, parentRunId, child.id)
  if (!row || row.status === 'answered') return
  const told = endAsAnswer(child)
  // First the record: the parent's run may end as soon as the engine knows, and its end is its last event.
  const step = await getStep(world, orgId, parentRunId, parentStepKey)
  if (step?.status === 'running') await endStep(world, step, stepEnd(world, told))
  const taken = await tellEngine(world, row, row.token, told)
  const young = world.clock.now() - Date.parse(child.createdAt) < youngMs
  if (taken === 'refused' || taken === 'unclear' || (taken === 'unknown_task' && young))
    throw new Error(`The parent of run ${child.id} was not told`)
  await noteAnswered(world, row)
}

function endAsAnswer(child: RunRow): Told {
  if (child.status === 'completed') return { ok: true, output: JSON.parse(child.output ?? 'null') as Json }
  const { code, message } = JSON.parse(child.error ?? '{}') as Partial<RunError>
  return { ok: false, error: code ?? 'failed', cause: message ?? '' }
}

/** How a `flow` step ends in its record, by what its task is told. */
export function stepEnd(world: World, told: Told): StepEnd {
  const at = instant(world.clock.now())
  if (told.ok) return { status: 'completed', at, attempt: 1, output: JSON.stringify(told.output), lines: [] }
  const { error: code, cause: message } = told
  return {
    status: 'failed',
    at,
    attempt: 1,
    error: JSON.stringify({ code, message }),
    lines: [logLine(world, 'error', message || code, { code })],
  }
}
