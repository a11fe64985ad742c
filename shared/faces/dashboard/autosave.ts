import * as z from 'zod'
import { autosave as save } from '../../core/autosave.ts'
import { etagOf } from '../../core/flow-guard.ts'
import { route } from '../../http/route.ts'
import { byId, definition, instant, uuid } from '../shapes.ts'
import { problemShape } from './field-shape.ts'

/** Seed 001: an editor keeps its draft (dashboard.md §5). */
export const autosave = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/autosave',
  summary: 'Replace the draft, and nothing else',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z.object({ definition, revision: z.int().positive().optional() }),
  guarded: true,
  reply: {
    200: z.strictObject({
      _id: uuid,
      revision: z.int(),
      autosavedAt: instant.nullable(),
      problems: z.array(problemShape),
    }),
  },
  faults: ['conflict', 'etag_mismatch'],
  async answer(world, { principal, params, body, guard }) {
    const seen = { ...guard, ...(body.revision === undefined ? {} : { revision: body.revision }) }
    const flow = await save(world, principal, params.id, body.definition, seen)
    const { id, revision, autosavedAt, problems } = flow
    return { etag: etagOf(flow), body: { _id: id, revision, autosavedAt, problems } }
  },
})
