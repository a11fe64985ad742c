import * as z from 'zod'
import { etagOf } from '../../core/flow-guard.ts'
import { publishFlow } from '../../core/publish.ts'
import { route } from '../../http/route.ts'
import { byId, prose } from '../shapes.ts'
import { versionObject, versionShape } from './version-object.ts'

/** Seed 001: the draft becomes the next version (dashboard.md §5). */
export const publish = route({
  face: 'dashboard',
  method: 'POST',
  path: '/v1/flow/{id}/publish',
  summary: 'Publish the draft as the next version',
  auth: 'bearer',
  scope: 'flows:write',
  role: 'user',
  objects: { id: 'flow' },
  params: byId,
  query: z.object({}),
  body: z.object({
    notes: prose(2000).nullable().optional(),
    setLatest: z.boolean().optional(),
    revision: z.int().positive().optional(),
  }),
  guarded: true,
  reply: { 201: versionShape.extend({ revision: z.int() }) },
  faults: ['conflict', 'etag_mismatch'],
  async answer(world, { principal, params, body, guard }) {
    const { revision, notes = null, setLatest = true } = body
    const { version, flow } = await publishFlow(world, principal, params.id, {
      notes,
      setLatest,
      guard: { ...guard, ...(revision === undefined ? {} : { revision }) },
    })
    return {
      status: 201,
      location: `/v1/flow/${flow.id}/versions/${version.version}`,
      etag: etagOf(flow),
      body: { ...versionObject(version), revision: flow.revision },
    }
  },
})
