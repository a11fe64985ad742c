import * as z from 'zod'
import { listDeliveries, replayDelivery, testEndpoint } from '../../core/webhooks-out/deliveries.ts'
import { digits } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId, instant, moment, uuid } from '../shapes.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const status = z.enum(['pending', 'delivered', 'failed'])

const deliveryShape = z.strictObject({
  id: ulid,
  eventId: uuid,
  type: z.string(),
  status,
  attempts: z.array(
    z.strictObject({
      at: instant,
      status: z.int().nullable(),
      ms: z.int(),
      error: z.string().optional(),
    }),
  ),
  nextAt: instant.nullable(),
})
const begun = { 202: z.strictObject({ deliveryId: ulid }) }
const writes = { auth: 'bearer', scope: 'flows:write', role: 'user' } as const

/** Sends an endpoint something that tells of nothing (conventions.md §9). */
export const test = route({
  face: 'own',
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/test',
  summary: 'Send a webhook endpoint a test',
  ...writes,
  objects: { id: 'webhook-endpoint' },
  params: byId,
  query: z.strictObject({}),
  reply: begun,
  faults: ['conflict'],
  async answer(world, { principal, params }) {
    return { status: 202, body: { deliveryId: await testEndpoint(world, principal, params.id) } }
  },
})

export const list = route({
  face: 'own',
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}/deliveries',
  summary: 'List what a webhook endpoint was told, newest first',
  auth: 'bearer',
  scope: 'runs:read',
  role: 'viewer',
  objects: { id: 'webhook-endpoint' },
  params: byId,
  query: z.strictObject({
    status: status.optional(),
    from: moment.optional(),
    to: moment.optional(),
    limit: digits(1, 100).optional(),
    cursor: z.string().optional(),
  }),
  reply: {
    200: z.strictObject({
      data: z.array(deliveryShape),
      hasMore: z.boolean(),
      nextCursor: z.string().nullable(),
    }),
  },
  faults: [],
  async answer(world, { principal, params, query, cursor }) {
    const { limit = 20, cursor: sealed, ...filters } = query
    const after = sealed === undefined ? undefined : await cursor.open<string>(sealed)
    const asked = { ...filters, limit, after }
    const { deliveries, next: last } = await listDeliveries(world, principal.orgId, params.id, asked)
    const next = last === null ? null : await cursor.seal(last)
    return { body: { data: deliveries, hasMore: next !== null, nextCursor: next }, next }
  },
})

export const replay = route({
  face: 'own',
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/replay',
  summary: 'Tell a webhook endpoint again',
  ...writes,
  objects: { id: 'webhook-endpoint', deliveryId: 'delivery' },
  params: z.strictObject({ id: uuid, deliveryId: ulid }),
  query: z.strictObject({}),
  reply: begun,
  faults: ['conflict'],
  async answer(world, { principal, params }) {
    const deliveryId = await replayDelivery(world, principal, params.id, params.deliveryId)
    return { status: 202, body: { deliveryId } }
  },
})
