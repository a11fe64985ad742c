import { instant } from '../aws/clock.ts'
import { machineKinds } from '../compile/kind.ts'
import type { Graph } from '../definitions/graph.ts'
import { type Problem, publishable } from '../definitions/problem.ts'
import { readDefinition } from '../definitions/read.ts'
import { subflows } from '../definitions/subflows.ts'
import { Fault } from '../faults.ts'
import { type DraftRow, getFlow, putDraft, putFlow } from '../store/flows.ts'
import { useMachine } from '../store/machines.ts'
import { transact, type Write } from '../store/transact.ts'
import { putVersion, type VersionRow } from '../store/versions.ts'
import type { World } from '../world.ts'
import {
  type Author,
  changed,
  changeState,
  described,
  type FlowChange,
  type FlowState,
  labelOf,
  newState,
  summaryOf,
} from './flow-change.ts'
import type { Guard } from './flow-guard.ts'
import { type FlowView, hashOf, viewFlow } from './flow-view.ts'
import { ensureMachine, type ReadyMachine } from './machines.ts'
import { type VersionView, viewVersion } from './version-view.ts'

export interface PublishOptions {
  notes?: string | null
  /** Whether the new version becomes the latest; it does anyway if there is none. @default true */
  setLatest?: boolean
  guard?: Guard
}

/** What a publish made. */
export interface Published {
  version: VersionView
  flow: FlowView
}

/**
 * Publishes the draft as it is stored as the next version: checked, compiled, and only then written in one transaction.
 *
 * @throws {Fault} `not_found`, `validation_failed` with all problems, `etag_mismatch`, `conflict`, `unavailable`.
 */
export async function publishFlow(
  world: World,
  author: Author,
  flowId: string,
  { notes = null, setLatest = true, guard = {} }: PublishOptions = {},
): Promise<Published> {
  const { state, result } = await changeState(world, author, flowId, guard, async (before) => {
    const ready = await prepare(world, author.orgId, flowId, before.draft)
    return withVersion(world, author, before, before, ready, { notes, setLatest })
  })
  return { version: viewVersion(flowId, result, state.flow), flow: viewFlow(state.flow, state.draft) }
}

/**
 * Seed 003 knows no drafts: makes or changes a flow and publishes its definition in one go, or stores nothing. A text
 * that is the latest version's makes no new version.
 *
 * @throws {Fault} as `publishFlow`.
 */
export async function saveAndPublish(
  world: World,
  author: Author,
  { flowId, guard = {}, ...change }: FlowChange & { flowId?: string; guard?: Guard },
): Promise<{ flow: FlowView }> {
  const { state } =
    flowId === undefined
      ? await createPublished(world, author, change)
      : await changeState(world, author, flowId, guard, async (before) => {
          const next = changed(world, author, before, change)
          const isLatest = hashOf(next.draft.text) === before.flow.latestHash
          if (change.definition === undefined || isLatest) return { state: next, result: null }
          const ready = await prepare(world, author.orgId, flowId, next.draft)
          const done = withVersion(world, author, next, before, ready, { notes: null, setLatest: true })
          return { ...done, result: null }
        })
  return { flow: viewFlow(state.flow, state.draft) }
}

async function createPublished(
  world: World,
  author: Author,
  change: FlowChange,
): Promise<{ state: FlowState }> {
  const fresh = newState(world, author, change)
  const ready = await prepare(world, author.orgId, fresh.flow.id, fresh.draft)
  const { state, writes } = withVersion(world, author, fresh, null, ready, { notes: null, setLatest: true })
  await transact(world, [
    putFlow(state.flow, null),
    putDraft(author.orgId, state.flow.id, state.draft),
    ...writes,
  ])
  return { state }
}

/** A text that may become a version, with the machine that its runs start on. */
interface Prepared {
  graph: Graph
  warnings: Problem[]
  machine: ReadyMachine
}

async function prepare(world: World, orgId: string, flowId: string, { text }: DraftRow): Promise<Prepared> {
  const { graph, problems } = await checkDefinition(world, orgId, text)
  const machine = await ensureMachine(
    world,
    orgId,
    flowId,
    graph,
    machineKinds(graph).standardOnly ? 'standard' : 'express',
  )
  return { graph, warnings: problems, machine }
}

/**
 * Reads a text that is to run, sub-flows included.
 *
 * @throws {Fault} `validation_failed` with every error and warning.
 */
export async function checkDefinition(
  world: World,
  orgId: string,
  text: string,
): Promise<{ graph: Graph; problems: Problem[] }> {
  const first = readDefinition(text)
  const called = first.graph ? subflows(first.graph) : []
  const found = await Promise.all(called.map((id) => getFlow(world, orgId, id)))
  const there = new Set(called.filter((_, index) => found[index] !== null))
  const { graph, problems } =
    called.length === 0 ? first : readDefinition(text, { flowExists: (id) => there.has(id) })
  if (graph !== null && publishable(problems)) return { graph, problems }
  const errors = problems.filter(({ severity }) => severity === 'error')
  throw new Fault('validation_failed', `The definition has ${errors.length} errors`, { issues: errors })
}

/** The state after a publish, and what else is written with it. */
function withVersion(
  world: World,
  { orgId, actor }: Author,
  state: FlowState,
  before: FlowState | null,
  { graph, warnings, machine }: Prepared,
  { notes, setLatest }: { notes: string | null; setLatest: boolean },
): { state: FlowState; writes: Write[]; result: VersionRow } {
  const { flow, draft } = state
  const version = flow.nextVersion
  const at = instant(world.clock.now())
  const hash = hashOf(draft.text)
  const row: VersionRow = {
    version,
    status: 'published',
    text: draft.text,
    format: draft.format,
    dialect: draft.dialect,
    hash,
    label: labelOf(graph, version),
    name: flow.name,
    notes,
    sourceVersion: null,
    problems: JSON.stringify(warnings),
    createdAt: at,
    createdBy: actor,
  }
  const becomesLatest = setLatest || flow.latestVersion === null
  const next = {
    ...flow,
    // One publish is one change, also where it saves the draft too.
    revision: (before?.flow.revision ?? 0) + 1,
    nextVersion: version + 1,
    versionCount: flow.versionCount + 1,
    updatedAt: at,
    ...(becomesLatest ? { latestVersion: version, latestHash: hash, label: row.label } : {}),
  }
  const summary = { ...summaryOf(flow), updatedBy: actor }
  return {
    state: { flow: described(next, summary, draft), draft },
    writes: [putVersion(orgId, flow.id, row), ...useMachine(orgId, flow.id, machine.name, version)],
    result: row,
  }
}
