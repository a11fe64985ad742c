import { createHash } from 'node:crypto'
import type { Field, Graph, Written } from '../definitions/graph.ts'
import type { Problem } from '../definitions/problem.ts'
import { type Definition, readDefinition } from '../definitions/read.ts'
import type { DraftRow, FlowRow, FlowSummary } from '../store/flows.ts'

/** A flow as lists show it. */
export interface FlowEntry {
  id: string
  name: string
  description: string | null
  tags: string[]
  status: 'draft' | 'published'
  latestVersion: number | null
  versionCount: number
  hasUnpublishedChanges: boolean
  revision: number
  triggers: string[]
  /** Label of the latest version, else of the draft: what the runner face calls `version`. */
  label: string
  createdAt: string
  createdBy: string
  updatedAt: string
  updatedBy: string
  autosavedAt: string | null
}

/** A flow with its draft. */
export interface FlowView extends FlowEntry {
  inputs: Field[] | null
  written: Written
  problems: Problem[]
}

/** The row as lists show it. */
export function entryOf(row: FlowRow): FlowEntry {
  const { description, createdBy, updatedBy, autosavedAt, changed } = JSON.parse(row.summary) as FlowSummary
  return {
    id: row.id,
    name: row.name,
    description,
    tags: row.tags,
    status: row.latestVersion === null ? 'draft' : 'published',
    latestVersion: row.latestVersion,
    versionCount: row.versionCount,
    hasUnpublishedChanges: changed,
    revision: row.revision,
    triggers: row.triggers,
    label: row.label,
    createdAt: row.createdAt,
    createdBy,
    updatedAt: row.updatedAt,
    updatedBy,
    autosavedAt,
  }
}

/** The row with its draft, read again: its problems are those of today's checks. */
export function viewFlow(row: FlowRow, draft: DraftRow): FlowView {
  const { graph, problems } = definitionOf(draft.text)
  const { text, format, dialect } = draft
  return { ...entryOf(row), inputs: graph?.inputs ?? null, written: { text, format, dialect }, problems }
}

const keep = 500
const known = new Map<string, Definition>()

/** What a stored text reads as; the same text is read once in the life of a function. */
export function definitionOf(text: string): Definition {
  const hash = hashOf(text)
  const found = known.get(hash)
  if (found) return found
  const definition = readDefinition(text)
  known.set(hash, definition)
  if (known.size > keep) known.delete(known.keys().next().value as string)
  return definition
}

/** The graph of a text that was publishable when it was stored. */
export function graphOf(text: string): Graph {
  const { graph } = definitionOf(text)
  if (graph === null) throw new Error('A published text can no longer be read')
  return graph
}

/** sha256 of a text as hex. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
