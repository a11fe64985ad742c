import type { Written } from '../definitions/graph.ts'
import type { Problem } from '../definitions/problem.ts'
import type { FlowRow } from '../store/flows.ts'
import type { VersionRow } from '../store/versions.ts'

/** A version as lists show it. */
export interface VersionEntry {
  flowId: string
  version: number
  status: 'published' | 'unpublished'
  isLatest: boolean
  name: string
  label: string
  notes: string | null
  sourceVersion: number | null
  /** sha256 of its text. */
  hash: string
  createdAt: string
  createdBy: string
}

/** A version with its text and the warnings it was published with. */
export interface VersionView extends VersionEntry {
  written: Written
  problems: Problem[]
}

export function versionEntry(
  flowId: string,
  row: VersionRow,
  flow: Pick<FlowRow, 'latestVersion'>,
): VersionEntry {
  const { version, status, name, label, notes, sourceVersion, hash, createdAt, createdBy } = row
  const isLatest = version === flow.latestVersion
  return { flowId, version, status, isLatest, name, label, notes, sourceVersion, hash, createdAt, createdBy }
}

export function viewVersion(
  flowId: string,
  row: VersionRow,
  flow: Pick<FlowRow, 'latestVersion'>,
): VersionView {
  const { text, format, dialect } = row
  return {
    ...versionEntry(flowId, row, flow),
    written: { text, format, dialect },
    problems: JSON.parse(row.problems) as Problem[],
  }
}
