import type { Field, Written } from '../definitions/graph.ts'
import type { Problem } from '../definitions/problem.ts'
import type { FlowRow } from '../store/flows.ts'
import type { ListedVersion, VersionRow } from '../store/versions.ts'
import type { JsonObject } from '../world.ts'
import type { ShortForecast } from './count-forecast.ts'

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
  compilerVersion: string
  /** Kinds of machine that its runs may have. */
  machineTypes: ('express' | 'standard')[]
  triggers: string[]
  inputs: Field[] | null
  outputSchema: JsonObject | null
  /** Warnings at publish. */
  problems: Problem[]
  /** What its runs will take; null for a version of release 0.1. */
  forecast: ShortForecast | null
  createdAt: string
  createdBy: string
  publishedAt: string
  unpublishedAt: string | null
}

/** A version with its text. */
export interface VersionView extends VersionEntry {
  written: Written
}

/** The row as lists show a version. */
export function versionEntry(row: ListedVersion, flow: Pick<FlowRow, 'latestVersion'>): VersionEntry {
  const { flowId, version, status, name, label, notes, sourceVersion, hash, compilerVersion } = row
  const { machineTypes, triggers, createdAt, createdBy, publishedAt, unpublishedAt } = row
  return {
    ...{ flowId, version, status, isLatest: version === flow.latestVersion, name, label, notes },
    ...{ sourceVersion, hash, compilerVersion, machineTypes, triggers },
    inputs: JSON.parse(row.inputs) as Field[] | null,
    outputSchema: JSON.parse(row.outputSchema) as JsonObject | null,
    problems: JSON.parse(row.problems) as Problem[],
    forecast: row.forecast === undefined ? null : (JSON.parse(row.forecast) as ShortForecast),
    ...{ createdAt, createdBy, publishedAt, unpublishedAt },
  }
}

/** The row as a version is shown by itself, with its text. */
export function viewVersion(row: VersionRow, flow: Pick<FlowRow, 'latestVersion'>): VersionView {
  const { text, format, dialect } = row
  return { ...versionEntry(row, flow), written: { text, format, dialect } }
}
