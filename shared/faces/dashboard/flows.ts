import * as z from 'zod'
import type { FlowPosition } from '../../core/flow-list.ts'
import { changeFlow, createFlow, deleteFlow, listFlows, readFlow } from '../../core/flows.ts'
import { Fault } from '../../faults.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId, definition, label, notBoth, prose, tags } from '../shapes.ts'
import { flowEntry, flowObject, flowReply } from './flow-object.ts'
import { pageObject, pageQuery } from './pages.ts'

const noQuery = z.object({})
const anyObject = z.record(z.string(), z.unknown())
const content = {
  name: label(200).optional(),
  description: prose(2000).nullable().optional(),
  tags: tags(64).optional(),
  definition: definition.optional(),
}

/** Seed 001: the flows of the organisation (dashboard.md §5). */
export const list = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow',
  summary: 'List flows',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: {},
  params: z.strictObject({}),
  query: z.object({
    ...pageQuery,
    q: z.string().max(200).optional(),
    tag: z.string().min(1).max(64).optional(),
    status: z.enum(['draft', 'published']).optional(),
    trigger: z.enum(['api', 'form', 'schedule', 'webhook', 'journey']).optional(),
    order: z.enum(['asc', 'desc']).optional(),
  }),
  reply: { 200: anyObject },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 20, page = 1, cursor: from, total: counted = true, ...filters } = query
    notBoth(['page', query.page], ['cursor', from])
    if (page * limit > 10_000) throw new Fault('invalid_request', 'Use cursor beyond 10,000 flows')
    const after = from === undefined ? undefined : await cursor.open<FlowPosition>(from)
    const found = await listFlows(world, principal.orgId, {
      ...filters,
      limit,
      ...(after ? { after } : { offset: (page - 1) * limit }),
    })
    const nextCursor = found.next ? await cursor.seal(found.next) : null
    return {
      body: pageObject({
        data: found.flows.map(flowEntry),
        limit,
        page: after ? null : page,
        total: counted ? found.total : null,
        totalCapped: counted && found.totalCapped,
        nextCursor,
      }),
      ...(nextCursor
        ? { next: new URLSearchParams({ limit: String(limit), cursor: nextCursor }).toString() }
        : {}),
    }
  },
})

export const create = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow',
  summary: 'Make a flow with a draft',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: {},
  params: z.strictObject({}),
  query: noQuery,
  body: z.object(content),
  reply: { 201: anyObject },
  faults: ['validation_failed'],
  async answer(world, { principal, body }) {
    const flow = await createFlow(world, principal, body)
    return flowReply(flow, { status: 201, location: `/v1/flow/${flow.id}` })
  },
})

export const read = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/{id}',
  summary: 'Read a flow with its draft',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({ definition: z.enum(['written', 'none']).optional() }),
  reply: { 200: anyObject },
  faults: ['not_found'],
  async answer(world, { principal, params, query }) {
    const flow = await readFlow(world, principal.orgId, params.id)
    return { ...flowReply(flow), body: flowObject(flow, query.definition) }
  },
})

export const change = route({
  face: 'dashboard',
  method: 'PATCH',
  path: '/v1/flow/{id}',
  summary: 'Change name, description, tags or draft',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: noQuery,
  body: z.object({ ...content, revision: z.int().positive().optional() }),
  guarded: true,
  reply: { 200: anyObject },
  faults: ['not_found', 'conflict', 'etag_mismatch', 'validation_failed'],
  async answer(world, { principal, params, body, guard }) {
    const { revision, ...changes } = body
    const seen = { ...guard, ...(revision === undefined ? {} : { revision }) }
    return flowReply(await changeFlow(world, principal, params.id, changes, seen))
  },
})

export const remove = route({
  face: 'dashboard',
  method: 'DELETE',
  path: '/v1/flow/{id}',
  summary: 'Delete a flow; open runs go on, or are cancelled',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({ cancelRuns: flag.optional() }),
  guarded: true,
  reply: { 200: z.object({ _id: z.string(), deleted: z.literal(true), openRuns: z.number() }) },
  faults: ['not_found', 'etag_mismatch'],
  async answer(world, { principal, params, query, guard }) {
    const { openRuns } = await deleteFlow(world, principal, params.id, {
      guard,
      cancelRuns: query.cancelRuns ?? false,
    })
    return { body: { _id: params.id, deleted: true, openRuns } }
  },
})
