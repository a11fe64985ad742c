import type { Machine } from '../asl/states.ts'
import type { Kinds } from '../compile/kind.ts'
import { compilerVersion } from '../compile/version.ts'
import type { Graph, Written } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { type FlowRow, getFlow } from '../store/flows.ts'
import { definitionOfRow, getMachine } from '../store/machines.ts'
import { getFlowWithVersion, type ReadyMachine, readVersions, type VersionRow } from '../store/versions.ts'
import type { World } from '../world.ts'
import { graphOf, kindsOf, runnableDefinition } from './definition-of.ts'
import { readState, secretsOwnerOf } from './flow-change.ts'
import type { FlowView } from './flow-view.ts'
import type { MachineKind } from './machine-of.ts'
import { ensureMachine } from './machines.ts'
import { noFlow, noVersion } from './version-faults.ts'
import { keepVersion, machineOfVersion, versionOf } from './version-rows.ts'
import { type VersionEntry, type VersionView, versionEntry, viewVersion } from './version-view.ts'

/** What a run needs to know of the version it begins with. */
export interface ResolvedVersion {
  flow: { id: string; orgId: string; secretsOwner: string | undefined; revision: number }
  /** null for the draft. */
  version: number | null
  label: string | null
  graph: Graph
  kinds: Kinds
  /** The machine of a kind; made now if no start has needed it before. */
  machine(kind: MachineKind): Promise<ReadyMachine>
}

/**
 * Finds the version that a start names: one read, however it is named.
 *
 * @param evenUnpublished for a number.
 * @throws {Fault} `not_found` (no such flow or number), `version_not_published`, `validation_failed` (a draft with errors).
 */
export async function resolveVersion(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest' | 'draft',
  evenUnpublished = false,
): Promise<ResolvedVersion> {
  if (wanted === 'draft') return await resolveDraft(world, orgId, flowId)
  if (wanted !== 'latest') return await resolveNumber(world, orgId, flowId, wanted, evenUnpublished)
  const flow = await getFlow(world, orgId, flowId)
  if (flow === null) throw noFlow()
  if (flow.latestVersion === null)
    throw new Fault('version_not_published', 'Nothing of this flow is published', { version: 'latest' })
  // The latest version is published by definition, so a version that was read before needs no other look.
  const row = await versionOf(world, orgId, flowId, flow.latestVersion)
  if (row === null) throw noVersion()
  return await resolved(world, flow, row)
}

/** Unpublishing bites at once, so a version that is named by number is looked at each time. */
async function resolveNumber(
  world: World,
  orgId: string,
  flowId: string,
  number: number,
  evenUnpublished: boolean,
) {
  const found = await getFlowWithVersion(world, orgId, flowId, number)
  if (found === null) throw noFlow()
  const { flow, version } = found
  if (version === null) throw noVersion()
  if (version.status !== 'published' && !evenUnpublished)
    throw new Fault('version_not_published', `Version ${number} is not published`, { version: number })
  keepVersion(world, orgId, version)
  return await resolved(world, flow, version)
}

async function resolveDraft(world: World, orgId: string, flowId: string): Promise<ResolvedVersion> {
  const { flow, draft } = await readState(world, orgId, flowId)
  const owner = { orgId, flowId }
  const { graph } = await runnableDefinition(world, owner, draft.text)
  return {
    ...(await common(flow, graph)),
    version: null,
    label: null,
    machine: (kind) => ensureMachine(world, owner, graph, kind),
  }
}

async function resolved(world: World, flow: FlowRow, row: VersionRow): Promise<ResolvedVersion> {
  const graph = await graphOf(row.text)
  const { version, label } = row
  return {
    ...(await common(flow, graph)),
    version,
    label,
    machine: (kind) => machineOfVersion(world, flow.orgId, row, kind),
  }
}

async function common(flow: FlowRow, graph: Graph) {
  const { id, orgId, revision } = flow
  return {
    flow: { id, orgId, revision, secretsOwner: secretsOwnerOf(flow) },
    graph,
    kinds: await kindsOf(graph),
  }
}

/** Which part of a flow's versions. */
export interface VersionQuery {
  status?: 'published' | 'unpublished' | undefined
  limit: number
  offset?: number | undefined
  /** Begin below this version instead of at an offset. */
  below?: number | undefined
}

/** Versions, newest first, and how many there are. */
export interface VersionPage {
  versions: VersionEntry[]
  total: number
  /** Where the next part begins; null at the end. */
  next: number | null
}

/** Versions of a flow, newest first. @throws {Fault} `not_found` */
export async function listVersions(
  world: World,
  orgId: string,
  flowId: string,
  { status, limit, offset = 0, below }: VersionQuery = { limit: 100 },
): Promise<VersionPage> {
  const flow = await getFlow(world, orgId, flowId)
  if (flow === null) throw noFlow()
  const versions: VersionEntry[] = []
  let total = 0
  let before = 0
  let more = false
  for await (const row of readVersions(world, orgId, flowId)) {
    if (status !== undefined && row.status !== status) continue
    total++
    const skipped = below === undefined ? total <= offset : row.version >= below
    if (skipped) before++
    else if (versions.length < limit) versions.push(versionEntry(row, flow))
    else more = total > before + limit
  }
  return { versions, total, next: more ? (versions.at(-1)?.version ?? null) : null }
}

/** @throws {Fault} `not_found`, also for `latest` where nothing is published. */
export async function readVersion(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest',
): Promise<VersionView> {
  const { flow, version } = await findVersion(world, orgId, flowId, wanted)
  return viewVersion(version, flow)
}

/** What a flow is where there are no drafts: its latest version's text, its draft if nothing is published. */
export async function readLatest(
  world: World,
  orgId: string,
  { id, latestVersion, written }: Pick<FlowView, 'id' | 'latestVersion' | 'written'>,
): Promise<Written> {
  if (latestVersion === null) return written
  return (await readVersion(world, orgId, id, latestVersion)).written
}

async function findVersion(world: World, orgId: string, flowId: string, wanted: number | 'latest') {
  const number = wanted === 'latest' ? (await getFlow(world, orgId, flowId))?.latestVersion : wanted
  if (number === undefined) throw noFlow()
  if (number === null) throw noVersion()
  const found = await getFlowWithVersion(world, orgId, flowId, number)
  if (found === null) throw noFlow()
  if (found.version === null) throw noVersion()
  return { flow: found.flow, version: found.version }
}

/** A version's machine. */
export interface MachineView {
  flowId: string
  version: number
  type: MachineKind
  name: string
  hash: string
  compilerVersion: string
  definition: Machine
}

/**
 * The machine of a version: of the kind that is asked for, else the one that synchronous calls start. One that no start has
 * needed yet is shown as it would be made: reading makes nothing.
 *
 * @throws {Fault} `not_found`; `conflict` reason `no_such_machine` for an Express machine of a version that runs on
 *   Standard machines only.
 */
export async function readMachine(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest',
  kind?: MachineKind,
): Promise<MachineView> {
  const { version } = await findVersion(world, orgId, flowId, wanted)
  const type = kind ?? version.machineTypes[0] ?? 'standard'
  if (!version.machineTypes.includes(type)) {
    const message = `Version ${version.version} has no ${type} machine`
    throw new Fault('conflict', message, { reason: 'no_such_machine' })
  }
  const content = await machineContent(world, orgId, version, type)
  return { flowId, version: version.version, type, ...content }
}

async function machineContent(world: World, orgId: string, version: VersionRow, kind: MachineKind) {
  const owner = { orgId, flowId: version.flowId }
  const noted = version.machines[kind]
  const row = noted && (await getMachine(world, owner, noted.name))
  if (row) {
    const { name, hash } = row
    const definition = JSON.parse(definitionOfRow(row)) as Machine
    return { name, hash, compilerVersion: row.compilerVersion, definition }
  }
  // Only a version whose machine was collected is compiled again: the compiler is read from disk then.
  const { compileMachine } = await import('./machine-of.ts')
  const { name, hash, machine } = compileMachine(world.settings, owner, await graphOf(version.text), kind)
  return { name, hash, compilerVersion, definition: machine }
}
