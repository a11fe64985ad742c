import { instant } from '../../aws/clock.ts'
import { Fault } from '../../faults.ts'
import { getFlow } from '../../store/flows.ts'
import { getBinding, type JourneyBinding, listBindings, putBinding } from '../../store/journey-bindings.ts'
import { transact } from '../../store/transact.ts'
import type { World } from '../../world.ts'
import { audited } from '../audit.ts'
import type { Author } from '../flow-change.ts'
import type { Guard } from '../flow-guard.ts'
import { answering } from '../refusal.ts'
import { resolveVersion } from '../versions.ts'
import { journeyFor, seedTypes } from './triggers.ts'

/** Which flow answers a flowType, as its organisation sees it. */
export interface BindingView {
  flowType: string
  flowId: string | null
  flowName: string | null
  /** The version that starts now; null = none, starts are refused. */
  version: number | null
  enabled: boolean
  revision: number
  /** Where clients post to. */
  url: string
  updatedAt: string | null
  updatedBy: string | null
}

/** All flowTypes of the organisation; those of the seed are always there (faces/journeys.md §9). */
export async function listJourneys(world: World, orgId: string): Promise<BindingView[]> {
  return await answering(world, async () => {
    const bound = new Map((await listBindings(world, orgId)).map((one) => [one.flowType, one]))
    const types = [...new Set([...seedTypes, ...bound.keys()])].sort()
    return await Promise.all(types.map((type) => viewOf(world, orgId, bound.get(type) ?? unbound(type))))
  })
}

/**
 * Switches a flowType to a flow, off, or to none, without a moment between.
 *
 * @throws {Fault} `validation_failed` for a flow whose latest version has no such trigger; `etag_mismatch`; `not_found` for
 *   a name that can be no flowType.
 */
export async function bindJourney(
  world: World,
  author: Author,
  flowType: string,
  { flowId, enabled }: Pick<JourneyBinding, 'flowId' | 'enabled'>,
  { ifMatch = [] }: Guard,
): Promise<BindingView> {
  const { orgId, actor, requestId, address } = author
  return await answering(world, async () => {
    const seen = await getBinding(world, orgId, flowType)
    const revision = seen?.revision ?? 0
    checkTag(ifMatch, revision)
    if (flowId !== null) await checkFlow(world, orgId, flowType, flowId)
    const binding: JourneyBinding = {
      ...{ flowType, flowId, enabled: enabled && flowId !== null, revision: revision + 1 },
      ...{ updatedAt: instant(world.clock.now()), updatedBy: actor },
    }
    const entry = {
      ...{ actor, action: 'journey.bound', target: flowType, requestId, address },
      details: { flowId: flowId ?? '', enabled: binding.enabled },
    }
    const { ok } = await transact(world, [putBinding(orgId, binding, seen), audited(world, orgId, entry)])
    if (!ok) throw moved(((await getBinding(world, orgId, flowType)) ?? unbound(flowType)).revision)
    return await viewOf(world, orgId, binding)
  })
}

/** The strong ETag of a binding. */
export function etagOfBinding({ revision }: Pick<BindingView, 'revision'>): string {
  return `"r${revision}"`
}

function checkTag(tags: readonly string[], revision: number): void {
  if (!tags.includes('*') && !tags.includes(etagOfBinding({ revision }))) throw moved(revision)
}

function moved(revision: number): Fault {
  return new Fault('etag_mismatch', `The binding is at revision ${revision} now`, {
    etag: etagOfBinding({ revision }),
  })
}

async function checkFlow(world: World, orgId: string, flowType: string, flowId: string): Promise<void> {
  if ((await versionFor(world, orgId, flowType, flowId)) !== null) return
  const message = `The latest published version of this flow has no journey trigger for ${flowType}`
  throw new Fault('validation_failed', message, {
    issues: [{ path: '/flowId', code: 'no_trigger', message }],
  })
}

async function versionFor(
  world: World,
  orgId: string,
  flowType: string,
  flowId: string,
): Promise<number | null> {
  try {
    const { graph, version } = await resolveVersion(world, orgId, flowId, 'latest')
    return journeyFor(graph, flowType) ? version : null
  } catch (error) {
    if (error instanceof Fault && ['not_found', 'version_not_published'].includes(error.code)) return null
    throw error
  }
}

function unbound(flowType: string): JourneyBinding {
  return { flowType, flowId: null, enabled: false, revision: 0, updatedAt: '', updatedBy: '' }
}

async function viewOf(world: World, orgId: string, binding: JourneyBinding): Promise<BindingView> {
  const { flowType, flowId, enabled, revision, updatedAt, updatedBy } = binding
  const flow = flowId === null ? null : await getFlow(world, orgId, flowId)
  return {
    ...{ flowType, flowId, flowName: flow?.name ?? null },
    version: flowId === null ? null : await versionFor(world, orgId, flowType, flowId),
    ...{ enabled, revision, url: `${world.settings.baseUrl}/t/${orgId}/api/server/v1/flow/execute` },
    ...{ updatedAt: updatedAt || null, updatedBy: updatedBy || null },
  }
}
