import { instant } from '../aws/clock.ts'
import type { Graph } from '../definitions/graph.ts'
import { Fault } from '../faults.ts'
import {
  type DraftRow,
  type FlowRow,
  type FlowSummary,
  getFlowWithDraft,
  putDraft,
  putFlow,
} from '../store/flows.ts'
import { transact, type Write } from '../store/transact.ts'
import type { JsonObject, World } from '../world.ts'
import { audited } from './audit.ts'
import { definitionOf, definitionOfObject, hashOf } from './definition-of.ts'
import { type FlowDetails, readDetails } from './flow-details.ts'
import { checkGuard, type Guard } from './flow-guard.ts'

/** What an author may change of a flow; what is absent stays. */
export interface FlowChange extends FlowDetails {
  /** YAML or JSON text, or the document as an object. */
  definition?: string | JsonObject | undefined
}

/** Who changes it. */
export interface Author {
  orgId: string
  /** `user:<account>`, `key:<id>`. */
  actor: string
  /** The account, or the maker of the key: a flow that it makes sees its secrets. */
  accountId?: string | null
  /** For the audit trail. */
  requestId?: string
  address?: string
}

/** A flow and its draft as they stand, or are about to stand. */
export interface FlowState {
  flow: FlowRow
  draft: DraftRow
}

/** How long a change that meets others is tried again, in milliseconds. */
const patienceMs = 20_000

/**
 * Changes a flow under the revision that was read. A guarded writer who is late is refused; one without a guard is
 * based on what stands now.
 *
 * @param change gives the new state and what else is written with it; null = there is nothing to change.
 * @throws {Fault} `not_found`, and what the guard and `change` throw.
 */
export async function changeState<T>(
  world: World,
  { orgId }: Author,
  flowId: string,
  guard: Guard,
  change: (state: FlowState) => Promise<{ state: FlowState; writes?: Write[]; result: T }>,
): Promise<{ state: FlowState; result: T }> {
  const until = world.clock.now() + patienceMs
  for (;;) {
    const before = await readState(world, orgId, flowId)
    checkGuard(before.flow, guard)
    const { state, writes = [], result } = await change(before)
    if (state === before && writes.length === 0) return { state, result }
    const drafted = state.draft === before.draft ? [] : [putDraft(orgId, flowId, state.draft)]
    const written = await transact(world, [putFlow(state.flow, before.flow.revision), ...drafted, ...writes])
    if (written.ok) return { state, result }
    if (world.clock.now() > until)
      throw new Fault('unavailable', 'The flow is being changed by many at once', {
        reason: 'throttled',
        retryAfterSeconds: 1,
      })
    await world.clock.sleep(20 * Math.random())
  }
}

/** The audit entry of what an author does to a flow, for the transaction that does it. */
export function noted(
  world: World,
  { orgId, actor, requestId, address }: Author,
  action: string,
  flowId: string,
  details: Record<string, string | number> = {},
): Write {
  return audited(world, orgId, { actor, action, target: flowId, requestId, address, details })
}

/** @throws {Fault} `not_found` */
export async function readState(world: World, orgId: string, flowId: string): Promise<FlowState> {
  const state = await getFlowWithDraft(world, orgId, flowId)
  if (state === null) throw new Fault('not_found', 'There is no such flow')
  return state
}

/** The next state of a flow: one revision on, if the change changes anything. */
export async function changed(
  world: World,
  author: Author,
  before: FlowState,
  { definition, ...given }: FlowChange,
): Promise<FlowState> {
  const { name = before.flow.name, tags = before.flow.tags, ...rest } = readDetails(given)
  const { description = summaryOf(before.flow).description } = rest
  const read = definition === undefined ? before.draft : await draftOf(definition)
  const draft = read.text === before.draft.text ? before.draft : read
  const same =
    draft === before.draft &&
    name === before.flow.name &&
    description === summaryOf(before.flow).description &&
    JSON.stringify(tags) === JSON.stringify(before.flow.tags)
  if (same) return before
  const flow = {
    ...before.flow,
    name,
    tags,
    revision: before.flow.revision + 1,
    updatedAt: instant(world.clock.now()),
  }
  const summary = { ...summaryOf(before.flow), description, updatedBy: author.actor }
  return { flow: await described(flow, summary, draft), draft }
}

/** A flow that is not stored yet. */
export async function newState(
  world: World,
  { orgId, actor, accountId }: Author,
  { definition, ...given }: FlowChange,
  id = world.ids.uuid(),
): Promise<FlowState> {
  const { name: called, description = null, tags = [] } = readDetails(given)
  const draft = await draftOf(definition ?? { metadata: { name: called ?? '' }, nodes: {} })
  const name = called ?? (await nameOf(draft))
  const at = instant(world.clock.now())
  const flow: FlowRow = {
    id,
    orgId,
    name,
    tags,
    revision: 1,
    latestVersion: null,
    nextVersion: 1,
    versionCount: 0,
    triggers: [],
    label: '',
    createdAt: at,
    updatedAt: at,
    summary: '',
    draftHash: '',
    latestHash: null,
  }
  const summary = {
    description,
    versionCount: 0,
    createdBy: actor,
    ...(accountId ? { secretsOwner: accountId } : {}),
    updatedBy: actor,
    autosavedAt: null,
    changed: true,
  }
  return { flow: await described(flow, summary, draft), draft }
}

/** The name that a document gives itself. @throws {Fault} `validation_failed` if it has none. */
async function nameOf({ text }: DraftRow): Promise<string> {
  const name = (await definitionOf(text)).graph?.metadata.name ?? ''
  return readDetails({ name }).name ?? ''
}

/** The row with what follows from its draft and its latest version. */
export async function described(flow: FlowRow, summary: FlowSummary, draft: DraftRow): Promise<FlowRow> {
  const { graph } = await definitionOf(draft.text)
  const draftHash = hashOf(draft.text)
  return {
    ...flow,
    draftHash,
    triggers: graph?.triggers.map(({ type }) => type) ?? [],
    label: flow.latestVersion === null ? labelOf(graph, flow.nextVersion) : flow.label,
    summary: JSON.stringify({
      ...summary,
      versionCount: flow.versionCount,
      changed: draftHash !== flow.latestHash,
    }),
  }
}

/** What the runner face calls a version: the definition's own word, else `<n>.0.0`. */
export function labelOf(graph: Graph | null, number: number): string {
  return graph?.metadata.version ?? `${number}.0.0`
}

/** What a row has of its flow as JSON text, read. */
export function summaryOf(flow: FlowRow): FlowSummary {
  return JSON.parse(flow.summary) as FlowSummary
}

/** The account whose secrets a flow sees before the organisation's; undefined = none. */
export function secretsOwnerOf(flow: FlowRow): string | undefined {
  const { secretsOwner, createdBy } = summaryOf(flow)
  return secretsOwner ?? /^user:(.+)$/.exec(createdBy)?.[1]
}

/** A definition as it is stored. @throws {Fault} `validation_failed` if it cannot be read. */
export async function draftOf(definition: string | JsonObject): Promise<DraftRow> {
  const { written } =
    typeof definition === 'string' ? await definitionOf(definition) : await definitionOfObject(definition)
  return { text: written.text, format: written.format, dialect: written.dialect }
}
