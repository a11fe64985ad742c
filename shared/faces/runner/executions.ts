import * as z from 'zod'
import type { LogEntry } from '../../core/log-entries.ts'
import { readRun } from '../../core/read-run.ts'
import type { RunWord } from '../../core/run-view.ts'
import { cancelRun, listLogs, listRuns } from '../../core/runs.ts'
import { route } from '../../http/route.ts'
import { byId, notBoth } from '../shapes.ts'
import { executionEntry, executionObject } from './execution-object.ts'
import { listQuery, listReply } from './pages.ts'

const anyObject = z.record(z.string(), z.unknown())
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
  params: none,
  query: z.strictObject({
    ...listQuery,
    flow_id: z.string().optional(),
    status: z.enum(['running', 'completed', 'failed', 'cancelled', 'waiting']).optional(),
  }),
  reply: { 200: anyObject },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 10, offset = 0, cursor: from, flow_id: flowId, status } = query
    notBoth(['offset', query.offset], ['cursor', from])
    const after = from === undefined ? undefined : await cursor.open<string>(from)
    const statuses = status && matched[status]
    const found = await listRuns(world, principal.orgId, { flowId, statuses, limit, offset, after })
    return listReply('executions', {
      items: found.runs.map(executionEntry),
      total: found.total,
      totalCapped: found.totalCapped,
      limit,
      offset,
      cursor: found.nextKey === null ? null : await cursor.seal(found.nextKey),
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
  reply: { 200: anyObject },
  faults: ['not_found'],
  async answer(world, { principal, params }) {
    const run = await readRun(world, principal.orgId, params.id, { parts: ['inputs'] })
    return { body: executionObject(run), run: { id: run.id, status: run.status, version: run.version } }
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
  reply: { 200: z.object({ message: z.string() }) },
  faults: ['not_found', 'run_finished', 'unavailable'],
  async answer(world, { principal, params }) {
    const run = await cancelRun(world, principal, params.id)
    return {
      body: { message: 'Execution cancelled successfully' },
      run: { id: run.id, status: run.status, version: run.version },
    }
  },
})

export const logs = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/executions/{id}/logs',
  summary: 'Read the log of an execution, oldest first',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'run' },
  params: byId,
  query: z.strictObject({ ...listQuery, level: z.enum(['debug', 'info', 'warn', 'error']).optional() }),
  reply: { 200: anyObject },
  faults: ['not_found'],
  async answer(world, { principal, params, query, cursor }) {
    const { limit = 10, cursor: from, level } = query
    notBoth(['offset', query.offset], ['cursor', from])
    const start = from === undefined ? (query.offset ?? 0) : await cursor.open<number>(from)
    const { logs: entries, total } = await listLogs(world, principal.orgId, params.id, {
      level,
      limit,
      offset: start,
    })
    return listReply('logs', {
      items: entries.map(logObject),
      total,
      totalCapped: false,
      limit,
      offset: from === undefined ? start : 0,
      cursor: total > start + limit ? await cursor.seal(start + limit) : null,
    })
  },
})

function logObject({
  timestamp,
  level,
  message,
  nodeId,
  nodeType,
  iteration,
  data,
}: LogEntry): Record<string, unknown> {
  return {
    timestamp,
    level,
    message,
    node_id: nodeId,
    node_type: nodeType,
    ...(iteration === undefined ? {} : { iteration }),
    ...(data === undefined ? {} : { data }),
  }
}
