import * as z from 'zod'
import { bindJourney, etagOfBinding, listJourneys } from '../../core/journeys/bindings.ts'
import { route } from '../../http/route.ts'
import { instant, noParams, uuid } from '../shapes.ts'

const flowType = z.string().regex(/^[A-Z][A-Z0-9_]{1,63}$/)

const bindingShape = z.strictObject({
  flowType,
  flowId: uuid.nullable(),
  flowName: z.string().nullable(),
  version: z.int().nullable(),
  enabled: z.boolean(),
  revision: z.int(),
  url: z.string(),
  updatedAt: instant.nullable(),
  updatedBy: z.string().nullable(),
})

/** Few organisations have more flowTypes than a page has lines: there is one page (faces/journeys.md §9). */
export const list = route({
  face: 'own',
  method: 'GET',
  path: '/v1/journeys',
  summary: 'List which flow answers which flowType',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.strictObject({}),
  reply: {
    200: z.strictObject({
      data: z.array(bindingShape),
      hasMore: z.literal(false),
      nextCursor: z.null(),
    }),
  },
  faults: [],
  async answer(world, { principal }) {
    return { body: { data: await listJourneys(world, principal.orgId), hasMore: false, nextCursor: null } }
  },
})

export const bind = route({
  face: 'own',
  method: 'PUT',
  path: '/v1/journeys/{flowType}',
  summary: 'Let a flow answer a flowType, or none',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { flowType: 'flow-type' },
  params: z.strictObject({ flowType }),
  query: z.strictObject({}),
  guarded: 'required',
  body: z.strictObject({ flowId: uuid.nullable(), enabled: z.boolean() }),
  reply: { 200: bindingShape },
  faults: ['etag_mismatch', 'precondition_required'],
  async answer(world, { principal, params, body, guard }) {
    const binding = await bindJourney(world, principal, params.flowType, body, guard)
    return { body: binding, etag: etagOfBinding(binding) }
  },
})
