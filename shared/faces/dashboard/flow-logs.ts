import * as z from 'zod'
import type { FlowLine, LinePlace } from '../../core/flow-logs.ts'
import { route } from '../../http/route.ts'
import { byId, instant, jsonObject, moment, uuid } from '../shapes.ts'
import { askedPage, pageEnd, pageOf, pageQuery } from './pages.ts'

const level = z.enum(['debug', 'info', 'warn', 'error'])

const lineShape = z.strictObject({
  timestamp: instant,
  level,
  message: z.string(),
  appRunId: uuid.nullable(),
  stepId: z.string().nullable(),
  stepName: z.string().nullable(),
  stepType: z.string().nullable(),
  data: jsonObject.nullable(),
})

const { limit, cursor } = pageQuery

/** The log of a flow: lines of all its runs, and its own (dashboard.md §9). Lines are not counted. */
export const flowLogs = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}/logs',
  summary: 'Read the log of a flow, newest first',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({
    ...{ limit, cursor },
    level: z.union([level.transform((word) => [word]), z.array(level)]).optional(),
    appRunId: uuid.optional(),
    stepId: z.string().min(1).max(64).optional(),
    from: moment.optional(),
    to: moment.optional(),
    q: z.string().min(1).max(200).optional(),
  }),
  reply: { 200: pageOf(lineShape) },
  faults: [],
  async answer(world, { principal, params, query, cursor: cursors }) {
    const { readFlowLogs } = await import('../../core/flow-logs.ts')
    const { level: levels, appRunId: runId, stepId, from, to, q } = query
    const asked = askedPage({ ...query, page: undefined, total: false })
    const after = asked.cursor === undefined ? undefined : await cursors.open<LinePlace>(asked.cursor)
    const filter = { levels, runId, stepId, from, to, q }
    const found = await readFlowLogs(world, principal.orgId, params.id, {
      ...filter,
      ...{ limit: asked.limit, after },
    })
    const next = found.next === null ? null : await cursors.seal({ ...found.next })
    const end = pageEnd({ ...asked, page: null }, { total: null, nextCursor: next })
    return { body: { data: found.lines.map(lineOf), ...end }, next }
  },
})

function lineOf({ timestamp, level: word, message, runId, stepId, stepName, stepType, data }: FlowLine) {
  return { timestamp, level: word, message, appRunId: runId, stepId, stepName, stepType, data }
}
