import { Fault } from '../faults.ts'
import { putDraft, putFlow } from '../store/flows.ts'
import { transact } from '../store/transact.ts'
import type { VersionRow } from '../store/versions.ts'
import type { JsonObject, World } from '../world.ts'
import { hashOf } from './definition-of.ts'
import {
  type Author,
  changed,
  changeState,
  type FlowChange,
  type FlowState,
  newState,
  noted,
} from './flow-change.ts'
import type { Guard } from './flow-guard.ts'
import { type FlowView, viewFlow } from './flow-view.ts'
import { prepareVersion, withVersion } from './new-version.ts'
import { answering } from './refusal.ts'
import { type VersionView, viewVersion } from './version-view.ts'

/** How a draft is published. */
export interface PublishOptions {
  notes?: string | null
  /** Whether the new version becomes the latest; it does anyway if there is none. @default true */
  setLatest?: boolean
  guard?: Guard
}

/** What a publish made. */
export interface Published {
  version: VersionView
  flow: FlowView
}

/**
 * Publishes the draft as it is stored as the next version: checked, compiled, and only then written in one transaction.
 *
 * @throws {Fault} `not_found`, `validation_failed` with all errors, `etag_mismatch`, `conflict` reason `revision`,
 *   `unavailable` reason `publish_busy`, `engine_full` or `throttled`.
 */
export async function publishFlow(
  world: World,
  author: Author,
  flowId: string,
  { notes = null, setLatest = true, guard = {} }: PublishOptions = {},
): Promise<Published> {
  return await answering(world, async () => {
    const { state, result } = await changeState(world, author, flowId, guard, async (before) => {
      const prepared = await prepareVersion(world, { orgId: author.orgId, flowId }, before.draft.text)
      return await withVersion(world, author, before, before.flow.revision + 1, prepared, {
        notes,
        setLatest,
      })
    })
    return { version: viewVersion(result, state.flow), flow: await viewFlow(world, state) }
  })
}

/** What seed 003 saves. */
export interface SavedFlow extends FlowChange {
  /** Absent = a new flow, which needs a definition. */
  flowId?: string
  guard?: Guard
}

/**
 * Seed 003 knows no drafts: makes or changes a flow and publishes its definition in one go, or stores nothing. A text
 * that is the latest version's makes no new version.
 *
 * @returns the new version, or null if there is none.
 * @throws {Fault} as `publishFlow`.
 */
export async function saveAndPublish(
  world: World,
  author: Author,
  { flowId, guard = {}, ...change }: SavedFlow,
): Promise<{ flow: FlowView; version: VersionView | null }> {
  return await answering(world, async () => {
    const { state, result } =
      flowId === undefined
        ? await createPublished(world, author, change)
        : await changeState(world, author, flowId, guard, async (before) => {
            const next = await changed(world, author, before, change)
            if (change.definition === undefined || hashOf(next.draft.text) === before.flow.latestHash)
              return {
                state: next,
                writes: next === before ? [] : [noted(world, author, 'flow.changed', flowId)],
                result: null,
              }
            // One call is one change, also where it saves the draft and publishes it.
            return await published(world, author, next, before.flow.revision + 1)
          })
    const version = result && viewVersion(result, state.flow)
    return { flow: await viewFlow(world, state), version }
  })
}

async function createPublished(
  world: World,
  author: Author,
  { definition, ...details }: FlowChange,
): Promise<{ state: FlowState; result: VersionRow }> {
  const fresh = await newState(world, author, { ...details, definition: needed(definition) })
  const { state, writes, result } = await published(world, author, fresh, 1)
  const { flow, draft } = state
  await transact(world, [
    putFlow(flow, null),
    putDraft(flow.orgId, flow.id, draft),
    noted(world, author, 'flow.created', flow.id),
    ...writes,
  ])
  return { state, result }
}

async function published(world: World, author: Author, state: FlowState, revision: number) {
  const { orgId, id } = state.flow
  const prepared = await prepareVersion(world, { orgId, flowId: id }, state.draft.text)
  return await withVersion(world, author, state, revision, prepared, { notes: null, setLatest: true })
}

function needed(definition: string | JsonObject | undefined): string | JsonObject {
  if (definition !== undefined) return definition
  const issues = [{ path: '/definition', code: 'required', message: 'definition is required' }]
  throw new Fault('validation_failed', 'A flow needs a definition', { issues })
}
