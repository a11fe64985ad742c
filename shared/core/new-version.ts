import { instant } from '../aws/clock.ts'
import { compilerVersion } from '../compile/version.ts'
import type { Graph } from '../definitions/graph.ts'
import type { Problem } from '../definitions/problem.ts'
import type { DraftRow } from '../store/flows.ts'
import { type Owner, useMachine } from '../store/machines.ts'
import type { Write } from '../store/transact.ts'
import { putVersion, type ReadyMachine, type VersionRow } from '../store/versions.ts'
import type { World } from '../world.ts'
import type { ShortForecast } from './count-forecast.ts'
import { hashOf, kindsOf, runnableDefinition } from './definition-of.ts'
import { type Author, described, type FlowState, labelOf, noted, summaryOf } from './flow-change.ts'
import { ensureMachine, type MachineKind } from './machines.ts'

/** A text that may become a version, with the machine that its runs start on. */
export interface Prepared {
  graph: Graph
  warnings: Problem[]
  kind: MachineKind
  machine: ReadyMachine
  forecast: ShortForecast
}

/** What the author says about a version. */
export interface VersionNotes {
  notes: string | null
  /** Whether it becomes the latest also where there is one. */
  setLatest: boolean
  /** The version whose text it repeats; absent = it is a new text. */
  sourceVersion?: number
  /** The draft that stays; absent = the text of the version is the draft. */
  keptDraft?: DraftRow
}

/**
 * Stages one and two of publishing (aws.md 2.3): checks and compiles a text, and makes its first machine. Nothing of it can
 * be seen yet; if nothing follows, the sweep takes the machine away.
 *
 * @throws {Fault} `validation_failed` with every error, `unavailable`.
 */
export async function prepareVersion(world: World, owner: Owner, text: string): Promise<Prepared> {
  const { graph, warnings } = await runnableDefinition(world, owner, text)
  const kind = (await kindsOf(graph)).standardOnly ? 'standard' : 'express'
  const machine = await ensureMachine(world, owner, graph, kind)
  const { shortForecast } = await import('./count-forecast.ts')
  return { graph, warnings, kind, machine, forecast: shortForecast(world, owner, graph, kind) }
}

/**
 * Stage three: the flow with one version more, and what is written with it.
 *
 * @param state the flow and the draft that becomes the version.
 * @param revision the revision that the flow gets.
 */
export async function withVersion(
  world: World,
  author: Author,
  { flow, draft }: FlowState,
  revision: number,
  prepared: Prepared,
  { notes, setLatest, sourceVersion, keptDraft = draft }: VersionNotes,
): Promise<{ state: FlowState; writes: Write[]; result: VersionRow }> {
  const { orgId, actor } = author
  const at = instant(world.clock.now())
  const row = {
    ...versionRow(flow.id, flow.nextVersion, flow.name, draft, prepared, { at, actor, notes }),
    sourceVersion: sourceVersion ?? null,
  }
  const latest = { latestVersion: row.version, latestHash: row.hash, label: row.label }
  const next = {
    ...flow,
    revision,
    nextVersion: row.version + 1,
    versionCount: flow.versionCount + 1,
    updatedAt: at,
    ...(setLatest || flow.latestVersion === null ? latest : {}),
  }
  const owner = { orgId, flowId: flow.id }
  const bound =
    next.latestVersion === row.version
      ? await boundTo(world, author, flow.id, prepared.graph)
      : { writes: [], warnings: [] }
  const told = { ...row, problems: JSON.stringify([...prepared.warnings, ...bound.warnings]) }
  return {
    state: {
      flow: await described(next, { ...summaryOf(flow), updatedBy: actor }, keptDraft),
      draft: keptDraft,
    },
    writes: [
      putVersion(orgId, told),
      ...useMachine(owner, prepared.machine.name, row.version),
      ...(await addressesOf(owner, prepared.graph)),
      ...bound.writes,
      sourceVersion === undefined
        ? noted(world, author, 'flow.published', flow.id, { version: row.version })
        : noted(world, author, 'flow.rolled_back', flow.id, { version: row.version, sourceVersion }),
    ],
    result: told,
  }
}

/** Few flows are journeys: only they read from disk what makes them answer. */
async function boundTo(world: World, author: Author, flowId: string, graph: Graph) {
  if (!graph.triggers.some(({ type }) => type === 'journey')) return { writes: [], warnings: [] }
  return await (await import('./journeys/bind.ts')).bindJourneys(world, author, flowId, graph)
}

/** Few flows have webhooks: only they read from disk what makes their addresses known. */
async function addressesOf(owner: Owner, graph: Graph): Promise<Write[]> {
  if (!graph.triggers.some(({ type }) => type === 'webhook')) return []
  return (await import('./webhooks-in/offer.ts')).offerWebhooks(owner, graph)
}

function versionRow(
  flowId: string,
  version: number,
  name: string,
  { text, format, dialect }: FlowState['draft'],
  { graph, warnings, kind, machine, forecast }: Prepared,
  { at, actor, notes }: { at: string; actor: string; notes: string | null },
): VersionRow {
  return {
    ...{ flowId, version, status: 'published', text, format, dialect, hash: hashOf(text), name, notes },
    label: labelOf(graph, version),
    sourceVersion: null,
    compilerVersion,
    machines: { [kind]: machine },
    machineTypes: kind === 'standard' ? ['standard'] : ['express', 'standard'],
    triggers: graph.triggers.map(({ type }) => type),
    inputs: JSON.stringify(graph.inputs ?? null),
    outputSchema: JSON.stringify(graph.output ?? null),
    problems: JSON.stringify(warnings),
    forecast: JSON.stringify(forecast),
    createdAt: at,
    createdBy: actor,
    publishedAt: at,
    unpublishedAt: null,
  }
}
