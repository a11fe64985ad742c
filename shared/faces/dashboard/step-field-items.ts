import * as z from 'zod'
import { route } from '../../http/route.ts'
import { definition, jsonObject, noParams, uuid } from '../shapes.ts'

/** Seed 001: choices for a field whose values depend on the organisation or the draft (dashboard.md §6). */
export const stepFieldItems = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/step-field-items',
  summary: 'List the values that a field of a step may have',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.object({}),
  body: z.object({
    stepType: z.string().min(1).max(100),
    field: z.string().min(1).max(100),
    values: jsonObject.optional(),
    flowId: uuid.optional(),
    definition: definition.optional(),
    stepId: z.string().min(1).max(64).optional(),
    query: z.string().max(100).optional(),
    limit: z.int().min(1).max(100).optional(),
  }),
  reply: {
    200: z.strictObject({
      items: z.array(
        z.strictObject({
          label: z.string(),
          value: z.union([z.string(), z.int()]),
          description: z.string().nullable(),
        }),
      ),
      hasMore: z.boolean(),
    }),
  },
  faults: [],
  async answer(world, { principal, body }) {
    const { listFieldItems } = await import('../../core/field-items.ts')
    return { body: await listFieldItems(world, principal, body) }
  },
})
