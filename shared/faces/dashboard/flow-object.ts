import { etagOf } from '../../core/flow-guard.ts'
import type { FlowEntry, FlowView } from '../../core/flow-view.ts'
import type { VersionEntry, VersionView } from '../../core/version-view.ts'
import type { Reply } from '../../http/route.ts'

/** A flow as lists show it (dashboard.md §5). */
export function flowEntry({ id, label: _, ...entry }: FlowEntry): Record<string, unknown> {
  const { autosavedAt, ...rest } = entry
  return { _id: id, ...rest, autosavedAt }
}

/** A flow with its draft, the definition as the author wrote it. */
export function flowObject(
  view: FlowView,
  definition: 'written' | 'none' = 'written',
): Record<string, unknown> {
  const { inputs, written, problems, ...entry } = view
  const { _id, name, description, tags, status, latestVersion, versionCount, ...rest } = flowEntry(entry)
  const {
    hasUnpublishedChanges,
    revision,
    triggers,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    autosavedAt,
  } = rest
  return {
    _id,
    name,
    description,
    tags,
    status,
    latestVersion,
    versionCount,
    hasUnpublishedChanges,
    revision,
    triggers,
    inputs: inputs ?? [],
    ...(definition === 'none' ? {} : { definition: asWritten(written) }),
    format: written.format,
    dialect: written.dialect,
    problems,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    autosavedAt,
  }
}

/** An object goes back as an object, YAML as its text. */
function asWritten({ text, format }: FlowView['written']): unknown {
  return format === 'json' ? JSON.parse(text) : text
}

/** The reply that shows one flow. */
export function flowReply(view: FlowView, more: Partial<Reply> = {}): Reply {
  return { body: flowObject(view), etag: etagOf(view), ...more }
}

/** A version as lists show it (dashboard.md §8). */
export function versionEntryObject({
  flowId,
  isLatest,
  name: _,
  label: __,
  ...entry
}: VersionEntry): Record<string, unknown> {
  const { version, status, ...rest } = entry
  return { appId: flowId, version, status, latest: isLatest, ...rest, inputs: entry.inputs ?? [] }
}

/** A version with its text. */
export function versionObject({ written, ...entry }: VersionView): Record<string, unknown> {
  const { format, dialect } = written
  return { ...versionEntryObject(entry), definition: asWritten(written), format, dialect }
}
