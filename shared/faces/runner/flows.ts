import * as z from 'zod'
import { etagOf } from '../../core/flow-guard.ts'
import type { FlowPosition } from '../../core/flow-list.ts'
import { deleteFlow, listFlows, readFlow } from '../../core/flows.ts'
import { readLatest } from '../../core/versions.ts'
import { route } from '../../http/route.ts'
import { byId, definition, label, noParams, prose, tags } from '../shapes.ts'
import { eitherOf, firstOf } from './first-of.ts'
import { flowShape, flowWithTextShape, runnerFlow } from './flow-object.ts'
import { inDefinition } from './issues-at.ts'
import { askedPart, listOf, listQuery, listReply } from './pages.ts'

/** Read from disk by the first that saves a flow: most only run and look. */
const publishing = () => import('../../core/publish.ts')

const none = z.strictObject({})
const content = {
  description: prose(2000).optional(),
  definition: definition.optional(),
  // Older clients of this family call it content.
  content: definition.optional(),
  tags: tags(50).optional(),
}

/** Seed 003: flows as YAML, published as they are saved (headless-runner-executions.md 1.4). */
export const list = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/flows',
  summary: 'List flows',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.strictObject({ ...listQuery, tag: z.string().min(1, 'must not be empty').optional() }),
  reply: { 200: listOf('flows', flowShape) },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const asked = askedPart(query)
    const { limit, offset } = asked
    const after = asked.cursor === undefined ? undefined : await cursor.open<FlowPosition>(asked.cursor)
    const found = await listFlows(world, principal.orgId, { tag: query.tag, limit, offset, after })
    return listReply('flows', asked, {
      items: found.flows.map((flow) => runnerFlow(flow)),
      total: found.total ?? 0,
      totalCapped: found.totalCapped,
      next: found.next && (await cursor.seal(found.next)),
    })
  },
})

export const create = route({
  face: 'runner',
  method: 'POST',
  path: '/api/v1/flows',
  summary: 'Make a flow and publish it',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: {},
  params: noParams,
  query: none,
  body: z.strictObject({ name: label(200), ...content }),
  reply: { 201: flowShape },
  faults: [],
  async answer(world, { principal, body }) {
    const { name, description, tags: given } = body
    const text = firstOf(['definition', body.definition], ['content', body.content])
    const saved = { name, description, tags: given, definition: text }
    const { flow } = await inDefinition((await publishing()).saveAndPublish(world, principal, saved))
    return { status: 201, location: `/api/v1/flows/${flow.id}`, etag: etagOf(flow), body: runnerFlow(flow) }
  },
})

export const read = route({
  face: 'runner',
  method: 'GET',
  path: '/api/v1/flows/{id}',
  summary: 'Read a flow with its definition',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: none,
  reply: { 200: flowWithTextShape },
  faults: [],
  async answer(world, { principal, params }) {
    const flow = await readFlow(world, principal.orgId, params.id)
    const { text } = await readLatest(world, principal.orgId, flow)
    return { body: runnerFlow(flow, text), etag: etagOf(flow) }
  },
})

export const change = route({
  face: 'runner',
  method: 'PUT',
  path: '/api/v1/flows/{id}',
  summary: 'Change a flow; a changed definition is published',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: none,
  body: z
    .strictObject({
      name: label(200).optional(),
      ...content,
      // An object just read can be sent back changed.
      id: z.unknown().optional(),
      version: z.unknown().optional(),
      created_at: z.unknown().optional(),
      updated_at: z.unknown().optional(),
    })
    .refine(
      ({ name, description, definition: text, content: older, tags: given }) =>
        [name, description, text, older, given].some((member) => member !== undefined),
      'one of name, description, definition and tags is required',
    ),
  guarded: true,
  reply: { 200: flowShape },
  faults: ['etag_mismatch', 'conflict'],
  async answer(world, { principal, params, body, guard }) {
    const { name, description, tags: given } = body
    const text = eitherOf(['definition', body.definition], ['content', body.content])
    const saved = { flowId: params.id, guard, name, description, tags: given, definition: text }
    const { flow } = await inDefinition((await publishing()).saveAndPublish(world, principal, saved))
    return { body: runnerFlow(flow), etag: etagOf(flow) }
  },
})

export const remove = route({
  face: 'runner',
  method: 'DELETE',
  path: '/api/v1/flows/{id}',
  summary: 'Delete a flow; open runs go on to their end',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: none,
  guarded: true,
  reply: { 200: z.strictObject({ message: z.string() }) },
  faults: ['etag_mismatch'],
  async answer(world, { principal, params, guard }) {
    await deleteFlow(world, principal, params.id, { guard })
    return { body: { message: 'Flow deleted successfully' } }
  },
})
