import * as z from 'zod'
import { readMachine } from '../../core/versions.ts'
import { route } from '../../http/route.ts'
import { byVersion, jsonObject, uuid } from '../shapes.ts'

/** What was named by number never changes. */
const immutable = { 'cache-control': 'private, max-age=31536000, immutable' }

/** The machine that a version was compiled to: it runs in any AWS account (conventions.md §9). */
export const asl = route({
  face: 'own',
  method: 'GET',
  path: '/v1/flow/{id}/versions/{version}/asl',
  summary: 'Read the state machine of a version',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow', version: 'version' },
  params: byVersion,
  query: z.strictObject({ type: z.enum(['standard', 'express']).optional() }),
  reply: {
    200: z.strictObject({
      flowId: uuid,
      version: z.int(),
      type: z.enum(['standard', 'express']),
      name: z.string(),
      hash: z.string(),
      compilerVersion: z.string(),
      definition: jsonObject,
    }),
  },
  faults: ['conflict'],
  async answer(world, { principal, params, query }) {
    const machine = await readMachine(world, principal.orgId, params.id, params.version, query.type)
    return {
      body: machine,
      etag: `"${machine.hash}"`,
      headers: params.version === 'latest' ? {} : immutable,
    }
  },
})
