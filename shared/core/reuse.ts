import type { AskEvent, SubflowEvent, WorkEvent } from '../asl/step-event.ts'
import { instant } from '../aws/clock.ts'
import { beginStep, getStep, listStepRows, type StepRow } from '../store/run-steps.ts'
import { getRun, hasEnded, type RunRow } from '../store/runs.ts'
import { getWait, listWaits } from '../store/waits.ts'
import type { Json, JsonObject, World } from '../world.ts'
import { runCancelled } from './engine-error.ts'
import { sealedText, shownArgs } from './hidden.ts'
import { logLine } from './log-lines.ts'
import { unseal } from './sealing.ts'
import { stepKey } from './step-key.ts'
import { type Told, tellTask } from './task-tokens.ts'

type Visiting = WorkEvent | AskEvent | SubflowEvent

/** One visit in the run before. */
interface Visit {
  kind: 'step' | 'wait'
  key: string
}

/** Visits of ended runs by step and loop indexes, in order: they never change. */
const known = new WeakMap<World, Map<string, Map<string, Visit[]>>>()
const keep = 8

/**
 * Does a visit with the output that the run before recorded for it: no call, no question (dashboard.md §11).
 *
 * @param run a run that runs another one again.
 * @param hides params that records do not show.
 * @returns null if nothing stands for this visit: then it is done afresh.
 */
export async function reuse(
  world: World,
  run: RunRow,
  event: Visiting,
  hides?: string[],
): Promise<{ output: Json } | null> {
  const { rerunOf, reuse: steps } = run
  if (rerunOf === undefined || !steps?.includes(event.stepId)) return null
  const recorded = await recordedFor(world, { ...run, rerunOf }, event)
  if (recorded === null) return null
  const before = await beginStep(world, rowFor(world, event, recorded, hides))
  return { output: before?.output === undefined ? recorded.output : JSON.parse(before.output) }
}

/**
 * The same for a step that stands open: its task is answered at once.
 *
 * @returns true if it was.
 * @throws {Error} `RunCancelled` if the run has ended.
 */
export async function reuseAnswer(world: World, event: AskEvent | SubflowEvent): Promise<boolean> {
  const run = await getRun(world, event.run.orgId, event.run.id)
  if (!run || hasEnded(run)) throw runCancelled()
  const found = await reuse(world, run, event)
  if (found === null) return false
  const taken = await tellTask(world, event.token, { ok: true, output: found.output })
  if (taken !== 'taken' && taken !== 'timed_out')
    throw new Error(`The engine did not take the output of ${event.stepId}: ${taken}`)
  return true
}

interface Recorded {
  output: Json
  outcome: string | null
  large?: NonNullable<StepRow['large']>
}

async function recordedFor(
  world: World,
  run: RunRow & { rerunOf: string },
  event: Visiting,
): Promise<Recorded | null> {
  const visits = (await visitsOf(world, run.orgId, run.rerunOf)).get(placeOf(event)) ?? []
  const visit = visits[visits.length > 1 ? await visitsBefore(world, event) : 0]
  if (!visit) return null
  return visit.kind === 'step'
    ? await ofStep(world, run, event, visit.key)
    : await ofWait(world, run.orgId, run.rerunOf, visit.key)
}

function placeOf({ stepId, iter }: { stepId: string; iter: string | null }): string {
  return `${stepId} ${iter ?? ''}`
}

async function visitsOf(world: World, orgId: string, runId: string): Promise<Map<string, Visit[]>> {
  const kept = known.get(world) ?? new Map<string, Map<string, Visit[]>>()
  known.set(world, kept)
  const found = kept.get(`${orgId} ${runId}`)
  if (found) return found
  const visits = new Map<string, Visit[]>()
  for (const { place, ...visit } of await listVisits(world, orgId, runId)) {
    const same = visits.get(place)
    if (same) same.push(visit)
    else visits.set(place, [visit])
  }
  kept.set(`${orgId} ${runId}`, visits)
  if (kept.size > keep) kept.delete(kept.keys().next().value as string)
  return visits
}

async function listVisits(world: World, orgId: string, runId: string) {
  const [steps, waits] = await Promise.all([
    listStepRows(world, orgId, runId),
    listWaits(world, orgId, runId),
  ])
  return [
    ...steps.map((row) => ({ kind: 'step' as const, key: row.stepKey, place: placeOf(row) })),
    ...waits.map((row) => ({ kind: 'wait' as const, key: row.stepKey, place: placeOf(row) })),
  ].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** How often this run was at the place before: the first visit takes what the first one gave, and so on. */
async function visitsBefore(world: World, event: Visiting): Promise<number> {
  const own = stepKey(event.at, event.stepId, event.iter)
  const visits = await listVisits(world, event.run.orgId, event.run.id)
  return visits.filter(({ place, key }) => place === placeOf(event) && key < own).length
}

async function ofStep(
  world: World,
  { orgId, id, rerunOf }: RunRow & { rerunOf: string },
  event: Visiting,
  key: string,
): Promise<Recorded | null> {
  const row = await getStep(world, orgId, rerunOf, key)
  if (row?.status !== 'completed') return null
  if (row.large !== undefined) {
    const own = stepKey(event.at, event.stepId, event.iter)
    const { copyLarge } = await import('./large-output.ts')
    const { ref, large } = await copyLarge(world, row, { orgId, runId: id, stepKey: own })
    return { output: ref, large, outcome: row.outcome ?? null }
  }
  const { output = 'null', outcome = null } = row
  // A ticket was sealed for that run alone: another one is made.
  if (event.kind === 'work' && output.search(sealedText) >= 0) return null
  return { output: JSON.parse(output), outcome }
}

/** An answer that carries a sealed value was sealed for that run alone: the question is asked again. */
async function ofWait(world: World, orgId: string, runId: string, key: string): Promise<Recorded | null> {
  const row = await getWait(world, orgId, runId, key)
  const chosen = row?.outcome === undefined ? {} : (JSON.parse(row.outcome) as JsonObject)
  const outcome = String(chosen.decision ?? chosen.actionId ?? 'default')
  if (row?.status === 'expired' && chosen.decision !== undefined) {
    const decidedAt = row.closedAt ?? row.expiresAt
    return { output: { decision: chosen.decision, decidedAt, decidedBy: 'timer', message: null }, outcome }
  }
  if (row?.status !== 'answered') return null
  const told = (await unseal(world, { orgId, runId }, row.answer ?? '')) as unknown as Told
  if (!told.ok || JSON.stringify(told.output).search(sealedText) >= 0) return null
  return { output: told.output, outcome }
}

function rowFor(
  world: World,
  event: Visiting,
  { output, outcome, large }: Recorded,
  hides?: string[],
): StepRow {
  const { run, stepId, iter, name, type, as, args } = event
  const now = instant(world.clock.now())
  return {
    orgId: run.orgId,
    runId: run.id,
    flowId: run.flowId,
    stepKey: stepKey(event.at, stepId, iter),
    ...{ stepId, name, type, as, iter },
    status: 'completed',
    startedAt: now,
    finishedAt: now,
    attempt: 1,
    input: JSON.stringify(shownArgs(args, hides)),
    output: JSON.stringify(output),
    lines: [logLine(world, 'info', 'The output of the run before stands', { run_id: run.rerunOf ?? null })],
    reused: true,
    ...(large === undefined ? {} : { large }),
    ...(outcome === null ? {} : { outcome }),
  }
}
