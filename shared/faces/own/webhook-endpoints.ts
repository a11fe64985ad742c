import * as z from 'zod'
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  etagOfEndpoint,
  listEndpoints,
  readEndpoint,
  rotateSecret,
} from '../../core/webhooks-out/endpoints.ts'
import { askable } from '../../core/webhooks-out/event-types.ts'
import { digits } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId, instant, noParams, prose, uuid } from '../shapes.ts'

const distinct = (list: unknown[]) => new Set(list).size === list.length
const events = z
  .array(z.enum(askable))
  .min(1)
  .max(askable.length)
  .refine(distinct, 'must not name an event twice')
const flowIds = z.array(uuid).min(1).max(50).refine(distinct, 'must not name a flow twice').nullable()
const url = z.string().min(1).max(2048)

const endpointShape = z.strictObject({
  id: uuid,
  url: z.string(),
  events: z.array(z.string()),
  flowIds: z.array(uuid).nullable(),
  description: z.string().nullable(),
  disabled: z.boolean(),
  disabledReason: z.string().nullable(),
  failingSince: instant.nullable(),
  previousUntil: instant.nullable(),
  revision: z.int(),
  createdAt: instant,
  createdBy: z.string(),
  updatedAt: instant,
  updatedBy: z.string(),
})

const writes = { auth: 'bearer', scope: 'flows:write', role: 'user' } as const
const reads = { auth: 'bearer', scope: 'flows:read', role: 'viewer' } as const
const one = { objects: { id: 'webhook-endpoint' }, params: byId, query: z.strictObject({}) } as const

/** Addresses of other services that are told of events (conventions.md §9). */
export const list = route({
  face: 'own',
  method: 'GET',
  path: '/v1/webhook-endpoints',
  summary: 'List webhook endpoints, newest first',
  ...reads,
  objects: {},
  params: noParams,
  query: z.strictObject({ limit: digits(1, 100).optional(), cursor: z.string().optional() }),
  reply: {
    200: z.strictObject({
      data: z.array(endpointShape),
      hasMore: z.boolean(),
      nextCursor: z.string().nullable(),
    }),
  },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 20, cursor: from } = query
    const all = await listEndpoints(world, principal.orgId)
    const start = from === undefined ? 0 : await cursor.open<number>(from)
    const next = all.length > start + limit ? await cursor.seal(start + limit) : null
    const data = all.slice(start, start + limit)
    return { body: { data, hasMore: next !== null, nextCursor: next }, next }
  },
})

export const create = route({
  face: 'own',
  method: 'POST',
  path: '/v1/webhook-endpoints',
  summary: 'Make a webhook endpoint; its signing secret is shown once',
  ...writes,
  objects: {},
  params: noParams,
  query: z.strictObject({}),
  body: z.strictObject({
    url,
    events,
    flowIds: flowIds.optional(),
    description: prose(500).nullable().optional(),
    disabled: z.boolean().optional(),
  }),
  reply: { 201: endpointShape.extend({ secret: z.string() }) },
  faults: ['conflict'],
  async answer(world, { principal, body }) {
    const { endpoint, secret } = await createEndpoint(world, principal, body)
    const location = `/v1/webhook-endpoints/${endpoint.id}`
    return { status: 201, location, etag: etagOfEndpoint(endpoint), body: { ...endpoint, secret } }
  },
})

export const read = route({
  face: 'own',
  method: 'GET',
  path: '/v1/webhook-endpoints/{id}',
  summary: 'Read a webhook endpoint',
  ...reads,
  ...one,
  reply: { 200: endpointShape },
  faults: [],
  async answer(world, { principal, params }) {
    const endpoint = await readEndpoint(world, principal.orgId, params.id)
    return { body: endpoint, etag: etagOfEndpoint(endpoint) }
  },
})

export const change = route({
  face: 'own',
  method: 'PATCH',
  path: '/v1/webhook-endpoints/{id}',
  summary: 'Change a webhook endpoint, or enable it again',
  ...writes,
  ...one,
  guarded: 'required',
  body: z.strictObject({
    url: url.optional(),
    events: events.optional(),
    flowIds: flowIds.optional(),
    description: prose(500).nullable().optional(),
    disabled: z.boolean().optional(),
  }),
  reply: { 200: endpointShape },
  faults: ['etag_mismatch', 'precondition_required'],
  async answer(world, { principal, params, body, guard }) {
    const endpoint = await changeEndpoint(world, principal, params.id, body, guard)
    return { body: endpoint, etag: etagOfEndpoint(endpoint) }
  },
})

export const remove = route({
  face: 'own',
  method: 'DELETE',
  path: '/v1/webhook-endpoints/{id}',
  summary: 'Take a webhook endpoint away',
  ...writes,
  ...one,
  guarded: 'required',
  reply: { 204: z.undefined() },
  faults: ['etag_mismatch', 'precondition_required'],
  async answer(world, { principal, params, guard }) {
    await deleteEndpoint(world, principal, params.id, guard)
    return { status: 204 }
  },
})

export const rotate = route({
  face: 'own',
  method: 'POST',
  path: '/v1/webhook-endpoints/{id}/rotate-secret',
  summary: 'Give a webhook endpoint a new secret; the one before signs as well for a day',
  ...writes,
  ...one,
  reply: { 200: z.strictObject({ secret: z.string(), previousUntil: instant }) },
  faults: [],
  async answer(world, { principal, params }) {
    return { body: await rotateSecret(world, principal, params.id) }
  },
})
