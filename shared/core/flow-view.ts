import type { Field, Graph, Written } from '../definitions/graph.ts'
import type { Problem } from '../definitions/problem.ts'
import type { FlowSummary, ListedFlow } from '../store/flows.ts'
import type { World } from '../world.ts'
import { checkedDefinition } from './definition-of.ts'
import type { FlowState } from './flow-change.ts'

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
  /** What the draft reads as; null if its shape is beyond reading. */
  graph: Graph | null
  problems: Problem[]
}

/** The row as lists show it. */
export function entryOf(row: ListedFlow): FlowEntry {
  const { id, name, tags, latestVersion, revision, triggers, label, createdAt, updatedAt } = row
  const { changed, secretsOwner: _, ...summary } = JSON.parse(row.summary) as FlowSummary
  const status = latestVersion === null ? 'draft' : 'published'
  return {
    ...{ id, name, tags, status, latestVersion, revision, triggers, label, createdAt, updatedAt },
    ...summary,
    hasUnpublishedChanges: changed,
  }
}

/** A flow with its draft, read again: its problems are those of today's checks. */
export async function viewFlow(world: World, { flow, draft }: FlowState): Promise<FlowView> {
  const { text, format, dialect } = draft
  const owner = { orgId: flow.orgId, flowId: flow.id }
  const { graph, problems } = await checkedDefinition(world, owner, text)
  return {
    ...entryOf(flow),
    inputs: graph?.inputs ?? null,
    written: { text, format, dialect },
    graph,
    problems,
  }
}
