import * as z from 'zod'
import type { RunSummary } from '../../core/run-list.ts'
import { listFlowRuns } from '../../core/runs.ts'
import { type Route, route } from '../../http/route.ts'
import { byId, moment } from '../shapes.ts'
import { askedPage, pageEnd, pageOf, pageQuery } from './pages.ts'
import { baseOf, baseShape, statusShape } from './run-object.ts'

/** How a run may have been started (dashboard.md §11). */
const triggerTypes = [
  'api',
  'dashboard',
  'form',
  'schedule',
  'webhook',
  'journey',
  'flow',
  'headless',
  'runner',
  'executions',
] as const

const query = z.object({
  ...pageQuery,
  status: z.union([statusShape.transform((word) => [word]), z.array(statusShape)]).optional(),
  version: z
    .string()
    .regex(/^[1-9]\d{0,7}$/, 'give a positive whole number')
    .transform(Number)
    .optional(),
  triggerType: z.enum(triggerTypes).optional(),
  from: moment.optional(),
  to: moment.optional(),
})

/** The runs of a flow in one of two shapes, newest first (dashboard.md §11). */
function listing<T extends z.ZodType>(
  path: string,
  summary: string,
  shape: T,
  show: (run: RunSummary) => z.input<T>,
): Route {
  return route({
    face: 'dashboard',
    method: 'GET',
    path,
    summary,
    auth: 'bearer',
    scope: 'runs:read',
    role: 'viewer',
    objects: { id: 'flow' },
    params: byId,
    query,
    reply: { 200: pageOf(shape) },
    faults: [],
    async answer(world, { principal, params, query: asking, cursor }) {
      const { status: statuses, version, triggerType: trigger, from, to } = asking
      const asked = askedPage(asking)
      const after = asked.cursor === undefined ? undefined : await cursor.open<string>(asked.cursor)
      const { limit, offset } = asked
      const filter = { statuses, version, trigger, from, to }
      const found = await listFlowRuns(world, principal.orgId, params.id, {
        ...filter,
        ...{ limit, offset, after },
      })
      const next = found.nextKey === null ? null : await cursor.seal(found.nextKey)
      return {
        body: { data: found.runs.map(show), ...pageEnd(asked, { ...found, nextCursor: next }) },
        next,
      }
    },
  })
}

export const list = listing(
  '/v1/flowrun/{id}',
  'List the runs of a flow, newest first',
  z.strictObject({
    ...baseShape,
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  }),
  (run) => ({ ...baseOf(run), error: run.error }) as never,
)

export const light = listing(
  '/v1/flowrun/light/{id}',
  'List the runs of a flow, as little of each as a chart needs',
  z.strictObject({
    _id: baseShape._id,
    status: statusShape,
    startedAt: baseShape.startedAt,
    finishedAt: baseShape.finishedAt,
    durationMs: baseShape.durationMs,
  }),
  ({ id, status, startedAt, finishedAt, durationMs }) => ({
    ...{ _id: id, status, startedAt, finishedAt, durationMs },
  }),
)
