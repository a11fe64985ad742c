import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn'
import { type Kinds, machineKinds } from '../compile/kind.ts'
import { compilerVersion } from '../compile/version.ts'
import type { Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import { type FlowRow, getFlow } from '../store/flows.ts'
import { getVersion, readVersions, type VersionRow } from '../store/versions.ts'
import type { Json, World } from '../world.ts'
import { readState } from './flow-change.ts'
import { graphOf } from './flow-view.ts'
import { ensureMachine, type MachineKind, type ReadyMachine } from './machines.ts'
import { checkDefinition } from './publish.ts'
import { type VersionEntry, type VersionView, versionEntry, viewVersion } from './version-view.ts'

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

/** Texts of versions that this process has read: a version's text never changes. */
const rows = new Map<string, VersionRow>()
const keep = 1000

/**
 * Finds the version that a start names.
 *
 * @throws {Fault} `not_found` (no such flow or number), `version_not_published`, `validation_failed` (a draft with errors).
 */
export async function resolveVersion(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest' | 'draft',
): Promise<ResolvedVersion> {
  if (wanted === 'draft') return resolveDraft(world, orgId, flowId)
  const flow = await getFlow(world, orgId, flowId)
  if (flow === null) throw new Fault('not_found', 'There is no such flow')
  const number = wanted === 'latest' ? flow.latestVersion : wanted
  if (number === null)
    throw new Fault('version_not_published', 'Nothing of this flow is published', { version: 'latest' })
  const row = await startable(world, flow, number)
  return resolved(world, flow, row.version, row.label, graphOf(row.text))
}

async function resolveDraft(world: World, orgId: string, flowId: string): Promise<ResolvedVersion> {
  const { flow, draft } = await readState(world, orgId, flowId)
  const { graph } = await checkDefinition(world, orgId, draft.text)
  return resolved(world, flow, null, null, graph)
}

function resolved(
  world: World,
  flow: FlowRow,
  version: number | null,
  label: string | null,
  graph: Graph,
): ResolvedVersion {
  const { id, orgId, revision, summary } = flow
  const { createdBy } = JSON.parse(summary) as { createdBy: string }
  return {
    flow: { id, orgId, createdBy, revision },
    version,
    label,
    graph,
    kinds: machineKinds(graph),
    machine: (kind) => ensureMachine(world, orgId, id, graph, kind),
  }
}

/** The latest version is published by definition; any other number is asked for, since unpublishing bites at once. */
async function startable(world: World, flow: FlowRow, number: number): Promise<VersionRow> {
  const key = `${world.settings.table} ${flow.orgId} ${flow.id} ${number}`
  const known = number === flow.latestVersion ? rows.get(key) : undefined
  if (known) return known
  const row = await getVersion(world, flow.orgId, flow.id, number)
  if (row === null) throw new Fault('not_found', 'There is no such version')
  if (row.status !== 'published')
    throw new Fault('version_not_published', `Version ${number} is not published`, { version: number })
  rows.set(key, row)
  if (rows.size > keep) rows.delete(rows.keys().next().value as string)
  return row
}

/** All versions of a flow, newest first. @throws {Fault} `not_found` */
export async function listVersions(
  world: World,
  orgId: string,
  flowId: string,
  status?: VersionRow['status'],
): Promise<VersionEntry[]> {
  const flow = await getFlow(world, orgId, flowId)
  if (flow === null) throw new Fault('not_found', 'There is no such flow')
  const entries: VersionEntry[] = []
  for await (const row of readVersions(world, orgId, flowId))
    if (status === undefined || row.status === status) entries.push(versionEntry(flowId, row, flow))
  return entries
}

/** @throws {Fault} `not_found`; `version_not_published` for `latest` where nothing is published. */
export async function readVersion(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest',
): Promise<VersionView> {
  const { flow, row } = await findVersion(world, orgId, flowId, wanted)
  return viewVersion(flowId, row, flow)
}

async function findVersion(world: World, orgId: string, flowId: string, wanted: number | 'latest') {
  const flow = await getFlow(world, orgId, flowId)
  if (flow === null) throw new Fault('not_found', 'There is no such flow')
  const number = wanted === 'latest' ? flow.latestVersion : wanted
  if (number === null)
    throw new Fault('version_not_published', 'Nothing of this flow is published', { version: 'latest' })
  const row = await getVersion(world, orgId, flowId, number)
  if (row === null) throw new Fault('not_found', 'There is no such version')
  return { flow, row }
}

/** A version's machine as the engine has it. */
export interface MachineView {
  flowId: string
  version: number
  type: MachineKind
  name: string
  hash: string
  compilerVersion: string
  definition: Json
}

/**
 * The machine of a version: the one there is, or the kind that is asked for.
 *
 * @throws {Fault} `not_found`, `version_not_published`; `conflict` reason `no_such_machine` for an Express machine of a
 *   version that can only be Standard.
 */
export async function readMachine(
  world: World,
  orgId: string,
  flowId: string,
  wanted: number | 'latest',
  kind?: MachineKind,
): Promise<MachineView> {
  const { row } = await findVersion(world, orgId, flowId, wanted)
  const graph = graphOf(row.text)
  const { standardOnly, reasons } = machineKinds(graph)
  if (kind === 'express' && standardOnly)
    throw new Fault('conflict', `This version has a Standard machine only: ${reasons.join(', ')}`, {
      reason: 'no_such_machine',
    })
  const type = kind ?? (standardOnly ? 'standard' : 'express')
  const { arn, name, hash } = await ensureMachine(world, orgId, flowId, graph, type)
  const { definition = '' } = await world.states.send(
    new DescribeStateMachineCommand({ stateMachineArn: arn }),
  )
  return {
    flowId,
    version: row.version,
    type,
    name,
    hash,
    compilerVersion,
    definition: JSON.parse(definition) as Json,
  }
}

/** The text that the runner face shows for a flow: its latest version's; null if nothing is published. */
export async function publishedText(
  world: World,
  orgId: string,
  { id, latestVersion }: { id: string; latestVersion: number | null },
): Promise<string | null> {
  return latestVersion === null ? null : ((await getVersion(world, orgId, id, latestVersion))?.text ?? null)
}
