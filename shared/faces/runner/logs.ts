import * as z from 'zod'
import type { LogEntry } from '../../core/log-entries.ts'
import { readRun } from '../../core/read-run.ts'
import { listLogs } from '../../core/runs.ts'
import { route } from '../../http/route.ts'
import { byId, instant, jsonObject } from '../shapes.ts'
import { askedPart, listOf, listQuery, listReply } from './pages.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const

const logShape = z.strictObject({
  timestamp: instant,
  level: z.enum(levels),
  message: z.string(),
  node_id: z.string().nullable(),
  node_type: z.string().nullable(),
  iteration: z.string().optional(),
  data: jsonObject.optional(),
})

/** Seed 003: what a run has logged (headless-runner-executions.md 1.5). */
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
  query: z.strictObject({ ...listQuery, level: z.enum(levels).optional() }),
  reply: { 200: listOf('logs', logShape) },
  faults: [],
  async answer(world, { principal, params, query, cursor }) {
    const asked = askedPart(query)
    const { limit } = asked
    const offset = asked.cursor === undefined ? asked.offset : await cursor.open<number>(asked.cursor)
    const part = { level: query.level, limit, offset }
    const run = await readRun(world, principal.orgId, params.id, { unlessDeleted: true })
    const { logs: entries, total } = await listLogs(world, principal.orgId, params.id, part)
    const reply = listReply('logs', asked, {
      items: entries.map(logObject),
      total,
      next: total > offset + limit ? await cursor.seal(offset + limit) : null,
    })
    return { ...reply, run: { id: run.id, status: run.status, version: run.version } }
  },
})

function logObject(entry: LogEntry): Record<string, unknown> {
  const { timestamp, level, message, nodeId, nodeType, iteration, data } = entry
  return {
    ...{ timestamp, level, message, node_id: nodeId, node_type: nodeType },
    ...(iteration === undefined ? {} : { iteration }),
    ...(data === undefined ? {} : { data }),
  }
}
