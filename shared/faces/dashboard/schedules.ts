import * as z from 'zod'
import type { ScheduleView } from '../../core/schedule-view.ts'
import { cancelSchedule, listSchedules, readSchedule, setSchedule } from '../../core/schedules.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId, instant, jsonObject, momentInBody, prose, uuid } from '../shapes.ts'
import { askedPage, pageEnd, pageFields, pageQuery } from './pages.ts'

const usualName = 'default'
const name = z.string().regex(/^[a-z0-9-]{1,40}$/, 'give 1 to 40 of a-z, 0-9 and -')

const scheduleShape = z.strictObject({
  _id: uuid,
  appId: uuid,
  name,
  active: z.boolean(),
  cron: z.string(),
  timezone: z.string(),
  data: jsonObject,
  version: z.union([z.literal('latest'), z.int()]),
  overlap: z.enum(['skip', 'queue', 'cancel-previous', 'allow']),
  missed: z.enum(['last', 'skip', 'all']),
  missedWindowSeconds: z.int(),
  startAt: instant.nullable(),
  endAt: instant.nullable(),
  pauseReason: z.string().nullable(),
  nextRunAt: instant.nullable(),
  nextFires: z.array(instant),
  lastRunAt: instant.nullable(),
  lastRunId: uuid.nullable(),
  lastResult: z
    .strictObject({ scheduledAt: instant, outcome: z.string(), reason: z.string().nullable() })
    .nullable(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string(),
})

const noSchedule = z.strictObject({ appId: uuid, name, active: z.literal(false), cron: z.null() })

function scheduleObject({
  id,
  flowId,
  nextFires,
  ...schedule
}: ScheduleView): z.output<typeof scheduleShape> {
  return { _id: id, appId: flowId, ...schedule, nextRunAt: nextFires[0] ?? null, nextFires }
}

/** Seed 001: what starts the flow by time; a flow may have several schedules, told apart by name (dashboard.md §9). */
export const read = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}/schedule',
  summary: 'Read a schedule of a flow, or all of them',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({ ...pageQuery, name: name.optional(), all: flag.optional() }),
  reply: {
    200: z.union([
      scheduleShape,
      noSchedule,
      z.strictObject({ data: z.array(scheduleShape), ...pageFields }),
    ]),
  },
  faults: [],
  async answer(world, { principal, params, query, cursor }) {
    if (query.all) {
      const asked = askedPage(query)
      const all = await listSchedules(world, principal.orgId, params.id)
      const first = asked.cursor === undefined ? asked.offset : await cursor.open<number>(asked.cursor)
      const end = first + asked.limit
      const next = all.length > end ? await cursor.seal(end) : null
      const rest = pageEnd(asked, { total: all.length, nextCursor: next })
      return { body: { data: all.slice(first, end).map(scheduleObject), ...rest }, next }
    }
    const { name: wanted = usualName } = query
    const found = await readSchedule(world, principal.orgId, params.id, wanted)
    return {
      body: found ? scheduleObject(found) : { appId: params.id, name: wanted, active: false, cron: null },
    }
  },
})

export const set = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/schedule',
  summary: 'Start a flow by time; replaces the schedule of that name',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({ preview: flag.optional() }),
  body: z.object({
    name: name.optional(),
    cron: z.string().min(1).max(256),
    data: jsonObject.optional(),
    timezone: z.string().max(64).optional(),
    version: z.union([z.literal('latest'), z.int().min(1)]).optional(),
    active: z.boolean().optional(),
    pauseReason: prose(200).nullable().optional(),
    overlap: scheduleShape.shape.overlap.optional(),
    missed: scheduleShape.shape.missed.optional(),
    missedWindowSeconds: z.int().min(60).max(604_800).optional(),
    startAt: momentInBody.optional(),
    endAt: momentInBody.optional(),
  }),
  reply: { 200: scheduleShape, 201: scheduleShape },
  faults: ['conflict', 'version_not_published'],
  async answer(world, { principal, params, query, body }) {
    const { preview = false } = query
    const { schedule, isNew } = await setSchedule(world, principal, params.id, body, { preview })
    return { status: isNew ? 201 : 200, body: scheduleObject(schedule) }
  },
})

export const cancel = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/schedule-cancel',
  summary: 'Take a schedule of a flow away',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z.object({ name: name.optional(), cancelRuns: z.boolean().optional() }),
  reply: {
    200: z.strictObject({ appId: uuid, name, active: z.literal(false), cancelled: z.boolean() }),
  },
  faults: [],
  async answer(world, { principal, params, body }) {
    const { name: wanted = usualName, cancelRuns = false } = body
    const cancelled = await cancelSchedule(world, principal, params.id, wanted, { cancelRuns })
    return { body: { appId: params.id, name: wanted, active: false, cancelled } }
  },
})
