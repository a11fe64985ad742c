import * as z from 'zod'
import { route } from '../../http/route.ts'
import { byId, uuid, versionQuery } from '../shapes.ts'

const point = z.union([z.literal('draft'), versionQuery], {
  error: 'give a positive whole number, latest or draft',
})
const pointShape = z.union([z.int(), z.literal('draft')])

const changeShape = z.strictObject({
  kind: z.enum(['added', 'removed', 'changed']),
  path: z.string(),
  stepId: z.string().nullable(),
  stepType: z.string().nullable(),
  member: z.string().nullable(),
  before: z.json().optional(),
  after: z.json().optional(),
  behaviour: z.boolean(),
})

/** What changed between two versions of a flow, or since one of them in the draft (conventions.md §9). */
export const diff = route({
  face: 'own',
  method: 'GET',
  path: '/v1/flow/{id}/diff',
  summary: 'Compare two versions of a flow, or one with the draft',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow' },
  params: byId,
  query: z.strictObject({ from: point.optional(), to: point.optional() }),
  reply: {
    200: z.strictObject({
      flowId: uuid,
      from: pointShape,
      to: pointShape,
      changes: z.array(changeShape),
      truncated: z.boolean(),
      openRuns: z.array(
        z.strictObject({
          version: z.int(),
          stepId: z.string().nullable(),
          count: z.int(),
          safe: z.boolean(),
        }),
      ),
    }),
  },
  faults: [],
  async answer(world, { principal, params, query }) {
    const { diffFlow } = await import('../../core/flow-diff.ts')
    return { body: await diffFlow(world, principal.orgId, params.id, query) }
  },
})
