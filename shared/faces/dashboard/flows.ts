import * as z from 'zod'
import type { FlowPosition } from '../../core/flow-list.ts'
import { changeFlow, createFlow, deleteFlow, listFlows, readFlow } from '../../core/flows.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { byId, definition, label, noParams, prose, tags, uuid } from '../shapes.ts'
import {
  definitionQuery,
  flowEntry,
  flowEntryShape,
  flowObject,
  flowReply,
  flowShape,
} from './flow-object.ts'
import { askedPage, pageEnd, pageOf, pageQuery } from './pages.ts'

const noQuery = z.object({})
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
  params: noParams,
  query: z.object({
    ...pageQuery,
    q: z.string().max(200).optional(),
    tag: z.string().min(1).max(64).optional(),
    status: z.enum(['draft', 'published']).optional(),
    trigger: z.enum(['api', 'form', 'schedule', 'webhook', 'journey']).optional(),
    order: z.enum(['asc', 'desc']).optional(),
  }),
  reply: { 200: pageOf(flowEntryShape) },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { q, tag, status, trigger, order } = query
    const asked = askedPage(query)
    const after = asked.cursor === undefined ? undefined : await cursor.open<FlowPosition>(asked.cursor)
    const { limit, offset, counted: count } = asked
    const filters = { q, tag, status, trigger, order }
    const found = await listFlows(world, principal.orgId, { ...filters, limit, offset, after, count })
    const next = found.next && (await cursor.seal(found.next))
    return {
      body: { data: found.flows.map(flowEntry), ...pageEnd(asked, { ...found, nextCursor: next }) },
      next,
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
  params: noParams,
  query: noQuery,
  body: z.object(content),
  reply: { 201: flowShape },
  faults: [],
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
  query: z.object({ definition: definitionQuery.optional() }),
  reply: { 200: flowShape },
  faults: [],
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
  reply: { 200: flowShape },
  faults: ['conflict', 'etag_mismatch'],
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
  reply: { 200: z.strictObject({ _id: uuid, deleted: z.literal(true), openRuns: z.int() }) },
  faults: ['etag_mismatch'],
  async answer(world, { principal, params, query, guard }) {
    const { openRuns } = await deleteFlow(world, principal, params.id, {
      guard,
      cancelRuns: query.cancelRuns ?? false,
    })
    return { body: { _id: params.id, deleted: true, openRuns } }
  },
})
