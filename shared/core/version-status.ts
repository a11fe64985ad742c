import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import type { FlowRow } from '../store/flows.ts'
import { dropUse } from '../store/machine-uses.ts'
import type { Write } from '../store/transact.ts'
import { changeVersion, getFlowWithVersion, readVersions, type VersionRow } from '../store/versions.ts'
import type { World } from '../world.ts'
import { type Author, changeState, described, type FlowState, noted, summaryOf } from './flow-change.ts'
import type { Guard } from './flow-guard.ts'
import { type FlowView, viewFlow } from './flow-view.ts'
import { prepareVersion, withVersion } from './new-version.ts'
import { answering } from './refusal.ts'
import { offerMachines } from './release-machines.ts'
import { noFlow, noVersion } from './version-faults.ts'
import { type VersionView, viewVersion } from './version-view.ts'

/** A version and its flow after a change; neither has changed where there was nothing to do. */
export interface ChangedVersion {
  version: VersionView
  flow: FlowView
}

type Latest = Pick<VersionRow, 'version' | 'hash' | 'label'> | null

/** What becomes of a version, and of the flow's pointer to its latest one; null = there is nothing to do. */
interface Change {
  version?: Partial<Pick<VersionRow, 'status' | 'publishedAt' | 'unpublishedAt' | 'deletedAt'>>
  /** Absent = the pointer stays. */
  latest?: Latest
  action: string
  /** What is written besides. */
  writes?: Write[]
}

/**
 * Makes an unpublished version startable again. `latest` stays where it is, unless the flow has none.
 *
 * @throws {Fault} `not_found`, `validation_failed` if today's compiler refuses the text, `etag_mismatch`.
 */
export async function publishVersion(
  world: World,
  author: Author,
  flowId: string,
  number: number,
  guard: Guard = {},
): Promise<ChangedVersion> {
  return await changeOne(world, author, flowId, number, guard, async (row, flow) => {
    if (row.status === 'published') return null
    await prepareVersion(world, { orgId: author.orgId, flowId }, row.text)
    const version = { status: 'published' as const, publishedAt: now(world), unpublishedAt: null }
    return { version, action: 'flow.published', ...(flow.latestVersion === null ? { latest: row } : {}) }
  })
}

/**
 * Takes a version away from new starts; runs that began with it go on. If it was the latest, the highest version that is
 * still published becomes the latest, if there is one.
 *
 * @throws {Fault} `not_found`, `etag_mismatch`.
 */
export async function unpublishVersion(
  world: World,
  author: Author,
  flowId: string,
  number: number,
  guard: Guard = {},
): Promise<ChangedVersion> {
  return await changeOne(world, author, flowId, number, guard, async (row, flow) => {
    if (row.status === 'unpublished') return null
    const version = { status: 'unpublished' as const, unpublishedAt: now(world) }
    const latest = flow.latestVersion === number ? { latest: await highestBut(world, author.orgId, row) } : {}
    return { version, action: 'flow.unpublished', ...latest }
  })
}

/**
 * Makes a published version the one that starts without a number take.
 *
 * @throws {Fault} `not_found`, `version_not_published`, `etag_mismatch`.
 */
export async function setLatest(
  world: World,
  author: Author,
  flowId: string,
  number: number,
  guard: Guard = {},
): Promise<ChangedVersion> {
  return await changeOne(world, author, flowId, number, guard, async (row, flow) => {
    if (row.status !== 'published')
      throw new Fault('version_not_published', `Version ${number} is not published`, { version: number })
    return flow.latestVersion === number ? null : { latest: row, action: 'flow.changed' }
  })
}

/**
 * Deletes a version that is not published. Its number is not used again; runs that began with it keep its graph, and its
 * machines stay until no run stands on them.
 *
 * @throws {Fault} `not_found`, `conflict` reason `published`, `etag_mismatch`.
 */
export async function deleteVersion(
  world: World,
  author: Author,
  flowId: string,
  number: number | 'latest',
  guard: Guard = {},
): Promise<void> {
  // A pointer is not deleted: there is no version of that name.
  if (number === 'latest') throw noVersion()
  const owner = { orgId: author.orgId, flowId }
  await changeOne(world, author, flowId, number, guard, async (row) => {
    if (row.status === 'published')
      throw new Fault('conflict', `Version ${number} is published: unpublish it first`, {
        reason: 'published',
      })
    const names = Object.values(row.machines).map(({ name }) => name)
    await offerMachines(world, owner, names)
    const writes = names.map((name) => dropUse(owner, name, number))
    return { version: { deletedAt: now(world) }, action: 'flow.changed', writes }
  })
}

/** How a version is brought back. */
export interface RollbackOptions {
  notes?: string | null
  /** Leaves the draft as it is. @default false: the draft becomes the version's text */
  keepDraft?: boolean
  guard?: Guard
}

/**
 * Publishes the text of an earlier version as the next one and makes it the latest: history is added to, never rewritten.
 *
 * @throws {Fault} `not_found`, `validation_failed` if today's compiler refuses the text, `etag_mismatch`.
 */
export async function rollbackTo(
  world: World,
  author: Author,
  flowId: string,
  number: number,
  { notes = null, keepDraft = false, guard = {} }: RollbackOptions = {},
): Promise<ChangedVersion> {
  return await answering(world, async () => {
    const { state, result } = await changeState(world, author, flowId, guard, async (before) => {
      const source = await rowOf(world, author.orgId, flowId, number)
      const { text, format, dialect } = source
      const prepared = await prepareVersion(world, { orgId: author.orgId, flowId }, text)
      const repeated = { flow: before.flow, draft: { text, format, dialect } }
      return await withVersion(world, author, repeated, before.flow.revision + 1, prepared, {
        notes,
        setLatest: true,
        sourceVersion: number,
        ...(keepDraft ? { keptDraft: before.draft } : {}),
      })
    })
    return { version: viewVersion(result, state.flow), flow: await viewFlow(world, state) }
  })
}

/** One change of a version under the revision of its flow, in one transaction. */
async function changeOne(
  world: World,
  author: Author,
  flowId: string,
  number: number,
  guard: Guard,
  decide: (row: VersionRow, flow: FlowRow) => Promise<Change | null>,
): Promise<ChangedVersion> {
  return await answering(world, async () => {
    const { state, result } = await changeState(world, author, flowId, guard, async (before) => {
      const row = await rowOf(world, author.orgId, flowId, number)
      const change = await decide(row, before.flow)
      if (change === null) return { state: before, result: row }
      const { version, action, writes = [] } = change
      return {
        state: await nextState(world, author, before, change),
        writes: [
          ...(version === undefined ? [] : [changeVersion(author.orgId, row, version)]),
          ...writes,
          noted(world, author, action, flowId, { version: number }),
        ],
        result: { ...row, ...version },
      }
    })
    return { version: viewVersion(result, state.flow), flow: await viewFlow(world, state) }
  })
}

async function nextState(
  world: World,
  { actor }: Author,
  { flow, draft }: FlowState,
  { version, latest }: Change,
): Promise<FlowState> {
  const next = {
    ...flow,
    revision: flow.revision + 1,
    versionCount: flow.versionCount - (version?.deletedAt === undefined ? 0 : 1),
    updatedAt: now(world),
    ...(latest === undefined ? {} : pointer(latest)),
  }
  return { flow: await described(next, { ...summaryOf(flow), updatedBy: actor }, draft), draft }
}

function pointer(latest: Latest) {
  if (latest === null) return { latestVersion: null, latestHash: null }
  return { latestVersion: latest.version, latestHash: latest.hash, label: latest.label }
}

async function rowOf(world: World, orgId: string, flowId: string, number: number): Promise<VersionRow> {
  const found = await getFlowWithVersion(world, orgId, flowId, number)
  if (found === null) throw noFlow()
  if (found.version === null) throw noVersion()
  return found.version
}

/** The highest published version besides the given one. */
async function highestBut(world: World, orgId: string, { flowId, version }: VersionRow): Promise<Latest> {
  for await (const row of readVersions(world, orgId, flowId))
    if (row.status === 'published' && row.version !== version) return row
  return null
}

function now({ clock }: World): string {
  return instant(clock.now())
}
