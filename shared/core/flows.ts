import { instant } from '../aws/clock.ts'
import { type FlowRow, markDeleted, putDraft, putFlow, readFlows } from '../store/flows.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { type Author, changed, changeState, type FlowChange, newState, readState } from './flow-change.ts'
import { checkGuard, type Guard } from './flow-guard.ts'
import { entryOf, type FlowEntry, type FlowView, viewFlow } from './flow-view.ts'
import type { RunQuery } from './run-list.ts'
import { cancelRun, listRuns } from './runs.ts'

/** Makes a flow with a draft and no version. @throws {Fault} `invalid_request` without a name, `validation_failed`. */
export async function createFlow(world: World, author: Author, content: FlowChange): Promise<FlowView> {
  const { flow, draft } = newState(world, author, content)
  await transact(world, [putFlow(flow, null), putDraft(author.orgId, flow.id, draft)])
  return viewFlow(flow, draft)
}

/** @throws {Fault} `not_found` */
export async function readFlow(world: World, orgId: string, flowId: string): Promise<FlowView> {
  const { flow, draft } = await readState(world, orgId, flowId)
  return viewFlow(flow, draft)
}

/**
 * Changes name, description, tags or draft; identical content changes nothing.
 *
 * @throws {Fault} `not_found`, `etag_mismatch`, `conflict` reason `revision`, `validation_failed` for a text that
 *   cannot be read.
 */
export async function changeFlow(
  world: World,
  author: Author,
  flowId: string,
  change: FlowChange,
  guard: Guard = {},
): Promise<FlowView> {
  const { state } = await changeState(world, author, flowId, guard, async (before) => ({
    state: changed(world, author, before, change),
    result: null,
  }))
  return viewFlow(state.flow, state.draft)
}

/**
 * Takes the flow out of all reads at once; nothing new of it starts. Open runs go on, or are cancelled.
 *
 * @returns how many runs were open.
 * @throws {Fault} `not_found`, `etag_mismatch`, `conflict`.
 */
export async function deleteFlow(
  world: World,
  { orgId }: Author,
  flowId: string,
  { guard = {}, cancelRuns = false }: { guard?: Guard; cancelRuns?: boolean } = {},
): Promise<number> {
  for (;;) {
    const { flow } = await readState(world, orgId, flowId)
    checkGuard(flow, guard)
    const written = await transact(world, [markDeleted(flow, instant(world.clock.now()))])
    if (written.ok) break
  }
  return await leaveOpenRuns(world, orgId, flowId, cancelRuns)
}

async function leaveOpenRuns(
  world: World,
  orgId: string,
  flowId: string,
  cancelRuns: boolean,
): Promise<number> {
  const statuses: RunQuery['statuses'] = ['queued', 'running', 'waiting']
  let open = 0
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<typeof listRuns>> = await listRuns(world, orgId, {
      flowId,
      statuses,
      limit: 100,
      ...(after === null ? {} : { after }),
    })
    open += page.runs.length
    if (cancelRuns)
      for (const { id } of page.runs) await cancelRun(world, { orgId }, id, 'The flow was deleted')
    after = page.nextKey
  } while (after !== null)
  return open
}

/** Which flows, in which order, and which part of them. */
export interface FlowQuery {
  /** Part of the name, any case. */
  q?: string | undefined
  tag?: string | undefined
  status?: 'draft' | 'published' | undefined
  trigger?: string | undefined
  /** By the time of the last change; newest first is the default. */
  order?: 'asc' | 'desc' | undefined
  limit: number
  offset?: number | undefined
  /** Counts the matches also after a position. @default only from the beginning */
  count?: boolean | undefined
  /** Begin after this flow instead of at an offset. */
  after?: FlowPosition | undefined
}

/** A place in the list of flows. */
export interface FlowPosition {
  updatedAt: string
  id: string
}

/** A part of the list, and how much there is. */
export interface FlowPage {
  flows: FlowEntry[]
  /** Matches in all, counted to 10,000; null after a position, where it is not counted. */
  total: number | null
  totalCapped: boolean
  next: FlowPosition | null
}

/** A list counts no further than this. */
const mostCounted = 10_000

/** Lists the organisation's flows from an index, which may lag by a second. */
export async function listFlows(world: World, orgId: string, query: FlowQuery): Promise<FlowPage> {
  const { limit, offset = 0, after, order = 'desc' } = query
  const page: FlowRow[] = []
  let matched = 0
  let more = false
  for await (const row of readFlows(world, orgId, {
    newestFirst: order === 'desc',
    ...(after ? { after } : {}),
  })) {
    if (!matches(row, query)) continue
    matched++
    if (matched > offset && page.length < limit) page.push(row)
    else if (matched > offset) more = true
    if (matched === mostCounted || (after !== undefined && more)) break
  }
  const last = page.at(-1)
  return {
    flows: page.map(entryOf),
    total: after === undefined ? matched : null,
    totalCapped: after === undefined && matched === mostCounted,
    next: more && last ? { updatedAt: last.updatedAt, id: last.id } : null,
  }
}

function matches(row: FlowRow, { q, tag, status, trigger }: FlowQuery): boolean {
  return (
    (q === undefined || row.name.toLowerCase().includes(q.toLowerCase())) &&
    (tag === undefined || row.tags.includes(tag)) &&
    (status === undefined || (row.latestVersion === null) === (status === 'draft')) &&
    (trigger === undefined || row.triggers.includes(trigger))
  )
}
