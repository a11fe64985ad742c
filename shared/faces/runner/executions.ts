import * as z from 'zod'
import { readRun } from '../../core/read-run.ts'
import type { RunWord } from '../../core/run-view.ts'
import { cancelRun, listRuns } from '../../core/runs.ts'
import { route } from '../../http/route.ts'
import { byId, noParams } from '../shapes.ts'
import { executionEntry, executionEntryShape, executionObject, executionShape } from './execution-object.ts'
import { askedPart, listOf, listQuery, listReply } from './pages.ts'

const none = z.strictObject({})

/** What each word of the filter matches (headless-runner-executions.md 1.5). */
const matched: Record<string, RunWord[]> = {
  running: ['queued', 'running', 'waiting'],
  waiting: ['waiting'],
  completed: ['completed'],
  failed: ['failed', 'timed_out'],
  cancelled: ['cancelled'],
}

/** Seed 003: the runs of the organisation, whatever started them. */
export const list = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/executions',
  summary: 'List executions, newest first',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.strictObject({
    ...listQuery,
    flow_id: z.string().optional(),
    status: z.enum(['running', 'completed', 'failed', 'cancelled', 'waiting']).optional(),
  }),
  reply: { 200: listOf('executions', executionEntryShape) },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const asked = askedPart(query)
    const { limit, offset } = asked
    const after = asked.cursor === undefined ? undefined : await cursor.open<string>(asked.cursor)
    const filters = { flowId: query.flow_id, statuses: query.status && matched[query.status] }
    const found = await listRuns(world, principal.orgId, {
      ...{ ...filters, limit, offset, after },
      unlessDeleted: true,
      withWaits: true,
    })
    return listReply('executions', asked, {
      items: found.runs.map(executionEntry),
      total: found.total,
      totalCapped: found.totalCapped,
      next: found.nextKey === null ? null : await cursor.seal(found.nextKey),
    })
  },
})

export const read = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/executions/{id}',
  summary: 'Read an execution',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'run' },
  params: byId,
  query: none,
  reply: { 200: executionShape },
  faults: [],
  async answer(world, { principal, params }) {
    const run = await readRun(world, principal.orgId, params.id, { parts: ['inputs'], unlessDeleted: true })
    const { id, status, version } = run
    return { body: executionObject(run), etag: `W/"${run.rev}"`, run: { id, status, version } }
  },
})

export const cancel = route({
  face: 'runner',
  method: 'DELETE',
  path: '/api/v1/executions/{id}',
  summary: 'Cancel an execution; nothing of it begins afterwards',
  auth: 'bearer',
  scope: 'runs:start',
  role: 'user',
  objects: { id: 'run' },
  params: byId,
  query: none,
  reply: { 200: z.strictObject({ message: z.string() }) },
  faults: ['run_finished'],
  async answer(world, { principal, params }) {
    await readRun(world, principal.orgId, params.id, { unlessDeleted: true })
    const { id, status, version } = await cancelRun(world, principal, params.id)
    return { body: { message: 'Execution cancelled successfully' }, run: { id, status, version } }
  },
})
