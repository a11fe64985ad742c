import * as z from 'zod'
import { etagOf } from '../../core/flow-guard.ts'
import type { FlowEntry, FlowView } from '../../core/flow-view.ts'
import type { Reply } from '../../http/route.ts'
import { instant, uuid } from '../shapes.ts'
import { fieldShape, problemShape } from './field-shape.ts'

/** A flow as lists show it (dashboard.md §5). */
export const flowEntryShape = z.strictObject({
  _id: uuid,
  name: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  status: z.enum(['draft', 'published']),
  latestVersion: z.int().nullable(),
  versionCount: z.int(),
  hasUnpublishedChanges: z.boolean(),
  revision: z.int(),
  triggers: z.array(z.string()),
  createdAt: instant,
  createdBy: z.string(),
  updatedAt: instant,
  updatedBy: z.string(),
  autosavedAt: instant.nullable(),
})

/** A flow with its draft. */
export const flowShape = flowEntryShape.extend({
  inputs: z.array(fieldShape),
  definition: z.unknown().optional(),
  format: z.enum(['json', 'yaml']),
  dialect: z.enum(['nodes', 'steps', 'flowrunner', 'builder']),
  problems: z.array(problemShape),
})

/** How the definition is shown: as written, as the graph it reads as, or not at all. */
export const definitionQuery = z.enum(['written', 'graph', 'none'])

export function flowEntry(entry: FlowEntry): z.input<typeof flowEntryShape> {
  const { id, name, description, tags, status, latestVersion, versionCount } = entry
  const { hasUnpublishedChanges, revision, triggers } = entry
  const { createdAt, createdBy, updatedAt, updatedBy, autosavedAt } = entry
  return {
    ...{ _id: id, name, description, tags, status, latestVersion, versionCount },
    ...{ hasUnpublishedChanges, revision, triggers },
    ...{ createdAt, createdBy, updatedAt, updatedBy, autosavedAt },
  }
}

/** A flow with its draft, the definition as the author wrote it unless something else is asked for. */
export function flowObject(
  view: FlowView,
  shown: z.output<typeof definitionQuery> = 'written',
): z.input<typeof flowShape> {
  const { createdAt, createdBy, updatedAt, updatedBy, autosavedAt, ...before } = flowEntry(view)
  const { inputs, written, problems, graph } = view
  const definition = shown === 'graph' ? graph : asWritten(written)
  return {
    ...before,
    inputs: (inputs ?? []).map((field) => ({ ...field })),
    ...(shown === 'none' ? {} : { definition }),
    ...{ format: written.format, dialect: written.dialect, problems },
    ...{ createdAt, createdBy, updatedAt, updatedBy, autosavedAt },
  }
}

/** JSON goes back as an object, YAML as its text. */
export function asWritten({ text, format }: FlowView['written']): unknown {
  return format === 'json' ? JSON.parse(text) : text
}

/** The reply that shows one flow. */
export function flowReply(view: FlowView, more: Partial<Reply> = {}): Reply {
  return { body: flowObject(view), etag: etagOf(view), ...more }
}
