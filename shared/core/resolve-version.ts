import { type Kinds, machineKinds } from '../compile/kind.ts'
import type { Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { type FlowRow, getFlow } from '../store/flows.ts'
import { useMachine } from '../store/machines.ts'
import { transact } from '../store/transact.ts'
import { addMachine, getFlowWithVersion, getVersion, type VersionRow } from '../store/versions.ts'
import type { World } from '../world.ts'
import { graphOf, runnableDefinition } from './definition-of.ts'
import { readState, summaryOf } from './flow-change.ts'
import { ensureMachine, type MachineKind, type ReadyMachine } from './machines.ts'
import { Recent } from './recent.ts'
import { noFlow, noVersion } from './version-faults.ts'

/** What a run needs to know of the version it begins with. */
export interface ResolvedVersion {
  flow: { id: string; orgId: string; createdBy: string; revision: number }
  /** null for the draft. */
  version: number | null
  label: string | null
  graph: Graph
  kinds: Kinds
  /** The machine of a kind; made now if no start has needed it before. */
  machine(kind: MachineKind): Promise<ReadyMachine>
}

/** Versions that this process has read, up to so many characters: nothing that is used of them ever changes. */
const rows = new Recent<VersionRow>(8_000_000)

/**
 * Finds the version that a start names: one read, however it is named.
 *
 * @throws {Fault} `not_found` (no such flow or number), `version_not_published`, `validation_failed` (a draft with errors).
 */
export async function resolveVersion(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest' | 'draft',
): Promise<ResolvedVersion> {
  if (wanted === 'draft') return await resolveDraft(world, orgId, flowId)
  if (wanted !== 'latest') return await resolveNumber(world, orgId, flowId, wanted)
  const flow = await getFlow(world, orgId, flowId)
  if (flow === null) throw noFlow()
  if (flow.latestVersion === null)
    throw new Fault('version_not_published', 'Nothing of this flow is published', { version: 'latest' })
  // The latest version is published by definition, so a version that was read before needs no other look.
  const row = await versionOf(world, orgId, flowId, flow.latestVersion)
  if (row === null) throw noVersion()
  return resolved(world, flow, row)
}

/** Unpublishing bites at once, so a version that is named by number is looked at each time. */
async function resolveNumber(world: World, orgId: string, flowId: string, number: number) {
  const found = await getFlowWithVersion(world, orgId, flowId, number)
  if (found === null) throw noFlow()
  const { flow, version } = found
  if (version === null) throw noVersion()
  if (version.status !== 'published')
    throw new Fault('version_not_published', `Version ${number} is not published`, { version: number })
  keep(world, orgId, version)
  return resolved(world, flow, version)
}

async function resolveDraft(world: World, orgId: string, flowId: string): Promise<ResolvedVersion> {
  const { flow, draft } = await readState(world, orgId, flowId)
  const owner = { orgId, flowId }
  const { graph } = await runnableDefinition(world, owner, draft.text)
  return {
    ...common(flow, graph),
    version: null,
    label: null,
    machine: (kind) => ensureMachine(world, owner, graph, kind),
  }
}

function resolved(world: World, flow: FlowRow, row: VersionRow): ResolvedVersion {
  const graph = graphOf(row.text)
  const { version, label } = row
  return {
    ...common(flow, graph),
    version,
    label,
    machine: (kind) => machineOfVersion(world, flow.orgId, row, kind),
  }
}

function common(flow: FlowRow, graph: Graph) {
  const { id, orgId, revision } = flow
  return {
    flow: { id, orgId, revision, createdBy: summaryOf(flow).createdBy },
    graph,
    kinds: machineKinds(graph),
  }
}

/**
 * The graph of a version, whatever has become of the version or its flow since: for runs that began with it. Read once in
 * the life of a function; null if the version was removed.
 */
export async function graphOfVersion(
  world: World,
  orgId: string,
  flowId: string,
  version: number,
): Promise<Graph | null> {
  const row = await versionOf(world, orgId, flowId, version)
  return row && graphOf(row.text)
}

/** The machine of a kind that a version has; the one that publishing did not make is made by the first who needs it. */
export async function machineOfVersion(
  world: World,
  orgId: string,
  row: VersionRow,
  kind: MachineKind,
): Promise<ReadyMachine> {
  const noted = row.machines[kind]
  if (noted) return noted
  const owner = { orgId, flowId: row.flowId }
  const machine = await ensureMachine(world, owner, graphOf(row.text), kind)
  const { flowId, version } = row
  await transact(world, [
    ...useMachine(owner, machine.name, version),
    addMachine(orgId, flowId, version, kind, machine),
  ])
  keep(world, orgId, { ...row, machines: { ...row.machines, [kind]: machine } })
  return machine
}

async function versionOf(world: World, orgId: string, flowId: string, version: number) {
  const known = rows.get(keyOf(world, orgId, flowId, version))
  if (known) return known
  const row = await getVersion(world, orgId, flowId, version)
  if (row) keep(world, orgId, row)
  return row
}

function keep(world: World, orgId: string, row: VersionRow): void {
  rows.set(keyOf(world, orgId, row.flowId, row.version), row, row.text.length)
}

function keyOf({ settings }: World, orgId: string, flowId: string, version: number): string {
  return `${settings.table} ${orgId} ${flowId} ${version}`
}
