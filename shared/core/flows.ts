import { instant } from '../aws/clock.ts'
import { markDeleted, putDraft, putFlow, readFlows } from '../store/flows.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import {
  type Author,
  changed,
  changeState,
  type FlowChange,
  newState,
  noted,
  readState,
} from './flow-change.ts'
import { checkGuard, type Guard } from './flow-guard.ts'
import { FlowGathering, type FlowPage, type FlowQuery } from './flow-list.ts'
import { type FlowView, viewFlow } from './flow-view.ts'
import { answering } from './refusal.ts'
import { releaseMachines } from './release-machines.ts'
import { listPage, openWords } from './run-list.ts'

/**
 * Makes a flow with a draft and no version. A draft may have errors; they are in the view's `problems`.
 *
 * @throws {Fault} `validation_failed`: no name, details that cannot be taken, a text that cannot be read.
 */
export async function createFlow(world: World, author: Author, content: FlowChange): Promise<FlowView> {
  return await answering(world, async () => {
    const state = await newState(world, author, content)
    const { flow, draft } = state
    await transact(world, [
      putFlow(flow, null),
      putDraft(author.orgId, flow.id, draft),
      noted(world, author, 'flow.created', flow.id),
    ])
    return await viewFlow(world, state)
  })
}

/** @throws {Fault} `not_found` */
export async function readFlow(world: World, orgId: string, flowId: string): Promise<FlowView> {
  return await answering(world, async () => viewFlow(world, await readState(world, orgId, flowId)))
}

/**
 * Changes name, description, tags or draft; identical content changes nothing.
 *
 * @throws {Fault} `not_found`, `etag_mismatch`, `conflict` reason `revision`, `validation_failed` for details that cannot be
 *   taken and for a text that cannot be read.
 */
export async function changeFlow(
  world: World,
  author: Author,
  flowId: string,
  change: FlowChange,
  guard: Guard = {},
): Promise<FlowView> {
  return await answering(world, async () => {
    const { state } = await changeState(world, author, flowId, guard, async (before) => {
      const after = await changed(world, author, before, change)
      const writes = after === before ? [] : [noted(world, author, 'flow.changed', flowId)]
      return { state: after, writes, result: null }
    })
    return await viewFlow(world, state)
  })
}

/**
 * Takes the flow out of all reads at once; nothing new of it starts. Open runs go on, or are cancelled.
 *
 * @returns how many runs are open, counted to 10,000.
 * @throws {Fault} `not_found`, `etag_mismatch`, `conflict` reason `revision`.
 */
export async function deleteFlow(
  world: World,
  author: Author,
  flowId: string,
  { guard = {}, cancelRuns = false }: { guard?: Guard; cancelRuns?: boolean } = {},
): Promise<{ openRuns: number }> {
  const { orgId } = author
  return await answering(world, async () => {
    for (;;) {
      const { flow } = await readState(world, orgId, flowId)
      checkGuard(flow, guard)
      const written = await transact(world, [
        markDeleted(flow, instant(world.clock.now())),
        noted(world, author, 'flow.deleted', flowId),
      ])
      if (written.ok) break
    }
    await releaseMachines(world, { orgId, flowId })
    await (await import('./drop-schedules.ts')).dropSchedules(world, orgId, flowId)
    const openRuns = cancelRuns
      ? await cancelAll(world, orgId, flowId)
      : await countOpen(world, orgId, flowId)
    return { openRuns }
  })
}

async function countOpen(world: World, orgId: string, flowId: string): Promise<number> {
  return (await listPage(world, orgId, { flowId, statuses: openWords, limit: 1 })).total
}

async function cancelAll(world: World, orgId: string, flowId: string): Promise<number> {
  const { cancelOpenRuns } = await import('./cancel-open-runs.ts')
  return await cancelOpenRuns(world, orgId, { flowId }, 'The flow was deleted')
}

/** Lists the organisation's flows from an index, which may lag by a second. */
export async function listFlows(world: World, orgId: string, query: FlowQuery): Promise<FlowPage> {
  return await answering(world, async () => {
    const { order = 'desc', after, count = true } = query
    const from = after && !count ? { after } : {}
    const gathering = new FlowGathering(query)
    for await (const row of readFlows(world, orgId, { newestFirst: order === 'desc', ...from }))
      if (!gathering.take(row)) break
    return gathering.page()
  })
}
