import { machineKinds } from '../compile/kind.ts'
import { compilerVersion } from '../compile/version.ts'
import type { Field, Written } from '../definitions/graph.ts'
import type { Problem } from '../definitions/problem.ts'
import type { FlowRow } from '../store/flows.ts'
import type { VersionRow } from '../store/versions.ts'
import type { JsonObject } from '../world.ts'
import { graphOf } from './flow-view.ts'

/** A version as lists show it (dashboard.md §8). */
export interface VersionEntry {
  flowId: string
  version: number
  status: 'published' | 'unpublished'
  latest: boolean
  notes: string | null
  sourceVersion: number | null
  /** sha256 of its text. */
  hash: string
  label: string
  compilerVersion: string
  machineTypes: ('express' | 'standard')[]
  triggers: string[]
  inputs: Field[]
  outputSchema: JsonObject | null
  /** Warnings it was published with. */
  problems: Problem[]
  createdAt: string
  createdBy: string
}

/** A version with its text. */
export interface VersionView extends VersionEntry {
  written: Written
}

export function versionEntry(
  flowId: string,
  row: VersionRow,
  { latestVersion }: Pick<FlowRow, 'latestVersion'>,
): VersionEntry {
  const { version, status, notes, sourceVersion, hash, label, createdAt, createdBy } = row
  const graph = graphOf(row.text)
  return {
    flowId,
    version,
    status,
    latest: version === latestVersion,
    notes,
    sourceVersion,
    hash,
    label,
    compilerVersion,
    machineTypes: machineKinds(graph).standardOnly ? ['standard'] : ['express', 'standard'],
    triggers: graph.triggers.map(({ type }) => type),
    inputs: graph.inputs ?? [],
    outputSchema: graph.output ?? null,
    problems: JSON.parse(row.problems) as Problem[],
    createdAt,
    createdBy,
  }
}

export function viewVersion(
  flowId: string,
  row: VersionRow,
  flow: Pick<FlowRow, 'latestVersion'>,
): VersionView {
  const { text, format, dialect } = row
  return { ...versionEntry(flowId, row, flow), written: { text, format, dialect } }
}
