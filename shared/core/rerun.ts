import { instant } from '../aws/clock.ts'
import type { Graph } from '../definitions/graph.ts'
import { sealedFields } from '../definitions/inputs.ts'
import { Fault, isFault } from '../faults.ts'
import { pointerOf } from '../pointer.ts'
import { noteRerun, type RerunNote } from '../store/reruns.ts'
import { getInputs, getRun, hasEnded, type RunRow } from '../store/runs.ts'
import { getVersion } from '../store/versions.ts'
import type { JsonObject, World } from '../world.ts'
import { graphOf } from './definition-of.ts'
import { sealedText } from './hidden.ts'
import { need, type Principal } from './principal.ts'
import { answering, noRun } from './refusal.ts'
import type { IdempotencyKey } from './requests.ts'
import { planRerun, stoodOn, topLevel } from './rerun-plan.ts'
import { runExpress } from './run-express.ts'
import type { RunError, RunView } from './run-view.ts'
import { type Starter, type StartOrder, start } from './start.ts'
import { readSteps, type StepRecord } from './steps-of-run.ts'
import { type ResolvedVersion, resolveVersion } from './versions.ts'

/** How an ended run is run again. */
export interface RerunOrder {
  /** `start`, `failed` or a step id. @default `failed` for a run that did not complete, else `start` */
  from?: string | undefined
  /** @default `same` */
  version?: 'same' | 'latest' | number | undefined
  /** With `start` the new inputs, @default the old ones; otherwise the sealed fields alone. */
  inputs?: JsonObject | undefined
  waitSeconds: number
  idempotency?: IdempotencyKey | undefined
  traceparent?: string | undefined
}

/** The new run, and what was decided for it. */
export interface Rerun {
  run: RunView
  replayed: boolean
  rerunOf: string
  from: string
  reusedSteps: string[]
}

/**
 * Starts a new run from an ended one (dashboard.md §11). What had succeeded before the step it begins from is not done
 * again: its recorded output stands.
 *
 * @throws {Fault} `not_found`, `conflict` reasons `run_open` and `limit_reached`, `version_not_published`,
 *   `validation_failed` (unknown step, inputs), `forbidden` for a draft run without `flows:write`, and what a start refuses.
 */
export async function rerun(world: World, who: Principal, runId: string, order: RerunOrder): Promise<Rerun> {
  return await answering(world, async () => {
    const old = await getRun(world, who.orgId, runId)
    if (!old) throw noRun()
    if (!hasEnded(old))
      throw new Fault('conflict', 'The run has not ended: cancel it first', { reason: 'run_open' })
    const version = wantedVersion(old, order)
    if (version === 'draft') need(who, 'flows:write')
    const next = await resolveAgain(world, old, version)
    const again = await plan(world, old, next, order)
    const inputs = await inputsFor(world, old, next.graph, again.from, order.inputs)
    const { run, replayed } = await startAgain(world, who, old, order, {
      ...again,
      version,
      inputs,
      beside: (note) => ({
        writes: [noteRerun(old, note)],
        isSpent: async () => (await getRun(world, old.orgId, old.id)) === null,
        refusal: ranTooOften,
      }),
    })
    const first = replayed ? await getRun(world, who.orgId, run.id) : null
    return {
      run,
      replayed,
      rerunOf: first?.rerunOf ?? old.id,
      from: first?.rerunFrom ?? again.from,
      reusedSteps: first ? (first.reuse ?? []) : again.reuse,
    }
  })
}

/** What an ended run is started again as. */
export interface Again {
  version: number | 'latest' | 'draft'
  inputs: JsonObject
  from: string
  /** Steps whose recorded outputs stand. */
  reuse: string[]
  /** The run whose place the new one takes. */
  headId?: string
  /** What is written with the new run or not at all. */
  beside(note: RerunNote): NonNullable<StartOrder['beside']>
}

/** Starts the new run of an old one, which has ended. */
export async function startAgain(
  world: World,
  who: Starter,
  old: RunRow,
  order: Pick<RerunOrder, 'waitSeconds' | 'idempotency' | 'traceparent'>,
  { version, inputs, beside, ...again }: Again,
): Promise<{ run: RunView; replayed: boolean }> {
  const id = world.ids.uuid()
  const { waitSeconds, idempotency, traceparent } = order
  return await start(
    world,
    who,
    {
      flowId: old.flowId,
      version,
      evenUnpublished: version === old.version,
      inputs,
      trigger: {
        type: old.trigger,
        ...(old.triggerData === undefined ? {} : { data: JSON.parse(old.triggerData) }),
      },
      waitSeconds,
      again: { of: old.id, ...again },
      ...(idempotency === undefined ? {} : { idempotency }),
      ...(traceparent === undefined ? {} : { traceparent }),
      beside: beside({ rerunId: id, at: instant(world.clock.now()), by: who.actor }),
    },
    { id, express: runExpress },
  )
}

/** The refusal of a run that has been run again as often as it can be. */
export function ranTooOften(): Fault {
  return new Fault('conflict', 'The run was run again too often', { reason: 'limit_reached' })
}

function wantedVersion(old: RunRow, { version = 'same' }: RerunOrder): number | 'latest' | 'draft' {
  return version === 'same' ? (old.version ?? 'draft') : version
}

/**
 * The version that a run is run again on.
 *
 * @throws {Fault} `version_not_published`, also if it is gone, or its flow.
 */
export async function resolveAgain(
  world: World,
  old: RunRow,
  version: number | 'latest' | 'draft',
): Promise<ResolvedVersion> {
  const { orgId, flowId } = old
  try {
    const next = await resolveVersion(world, orgId, flowId, version, version === old.version)
    if (version === 'draft' && !(await isSameDraft(old, next)))
      throw new Fault('version_not_published', 'The draft has changed since: run a published version', {
        version,
      })
    return next
  } catch (error) {
    // The run is there, so it is not "not found" because a version of its flow is gone.
    if (!isFault(error, 'not_found')) throw error
    throw new Fault('version_not_published', 'That version does not exist any more', { version })
  }
}

async function isSameDraft(old: RunRow, next: ResolvedVersion): Promise<boolean> {
  if (next.flow.revision === old.draftRevision) return true
  return (await next.machine(old.engine)).hash === old.machineHash
}

async function plan(world: World, old: RunRow, next: ResolvedVersion, { from }: RerunOrder) {
  const wanted = from ?? (old.status === 'completed' ? 'start' : 'failed')
  if (wanted === 'start') return { from: wanted, reuse: [] }
  const records = await readSteps(world, old.orgId, old.id)
  const step = wanted === 'failed' ? standing(old, records) : wanted
  if (step === null) return { from: 'start', reuse: [] }
  checkStep(step, next.graph, records)
  return planRerun(await ownGraph(world, old, next), next.graph, records, step)
}

/** @throws {Fault} `validation_failed` for a run that completed: it stands on nothing. */
function standing(old: RunRow, records: StepRecord[]): string | null {
  if (old.status === 'completed')
    throw wrongFrom('not_failed', 'the run completed: give start or the id of a step')
  return standingOf(old, records)
}

/** The step that a run stood on which has ended without completing; null if nothing of it is known. */
export function standingOf(old: RunRow, records: StepRecord[]): string | null {
  const failedAt = old.error === undefined ? null : (JSON.parse(old.error) as RunError).stepId
  return stoodOn(failedAt, records)
}

function checkStep(step: string, next: Graph, records: StepRecord[]): void {
  const tops = topLevel(next)
  const top = tops.get(step)
  if (top === undefined) throw wrongFrom('unknown_step', `the version has no step ${step}`)
  if (!records.some(({ stepId }) => stepId === step || tops.get(stepId) === top))
    throw wrongFrom('not_reached', `the run never reached ${step}`)
}

function wrongFrom(code: string, message: string): Fault {
  const issues = [{ path: '/from', code, message }]
  return new Fault('validation_failed', 'The run cannot begin there', { issues })
}

/** What the run itself ran; null if it can no longer be read. */
export async function ownGraph(world: World, old: RunRow, next: ResolvedVersion): Promise<Graph | null> {
  if (old.version === next.version) return next.graph
  const row = old.version === null ? null : await getVersion(world, old.orgId, old.flowId, old.version)
  return row === null ? null : await graphOf(row.text)
}

/** What the new run is given. Sealed values were sealed for the old run, so nobody can hand them on. */
async function inputsFor(
  world: World,
  old: RunRow,
  graph: Graph,
  from: string,
  given: JsonObject | undefined,
): Promise<JsonObject> {
  if (from === 'start' && given !== undefined) return given
  const before = JSON.parse(await getInputs(world, old)) as JsonObject
  const sealed = new Set([...sealedFields(graph.inputs), ...membersWithSealed(before)])
  const issues = [
    ...Object.keys(given ?? {})
      .filter((name) => !sealed.has(name))
      .map((name) => issueAt(name, 'not_sealed', `${name} can be changed with from: start alone`)),
    ...membersWithSealed(before)
      .filter((name) => given?.[name] === undefined)
      .map((name) => issueAt(name, 'required', `${name} was sealed for that run: give it again`)),
  ]
  if (issues.length > 0) throw new Fault('validation_failed', 'The inputs do not fit', { issues })
  return { ...before, ...given }
}

/** Members that hold a sealed value, at any depth. */
export function membersWithSealed(inputs: JsonObject): string[] {
  return Object.entries(inputs)
    .filter(([, value]) => JSON.stringify(value).search(sealedText) >= 0)
    .map(([name]) => name)
}

function issueAt(name: string, code: string, message: string) {
  return { path: pointerOf(['inputs', name]), code, message }
}
