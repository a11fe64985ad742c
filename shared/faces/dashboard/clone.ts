import * as z from 'zod'
import { cloneFlow } from '../../core/clone-flow.ts'
import { route } from '../../http/route.ts'
import { byId, label } from '../shapes.ts'
import { flowReply, flowShape } from './flow-object.ts'

/** Seed 001: a flow becomes another one (dashboard.md §7). */
export const clone = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/clone',
  summary: 'Make a new flow of the draft or of a version',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z.object({
    name: label(200).optional(),
    version: z.union([z.int().positive(), z.enum(['latest', 'draft'])]).optional(),
  }),
  reply: { 201: flowShape },
  faults: ['version_not_published'],
  async answer(world, { principal, params, body }) {
    const flow = await cloneFlow(world, principal, params.id, body)
    return flowReply(flow, { status: 201, location: `/v1/flow/${flow.id}` })
  },
})
