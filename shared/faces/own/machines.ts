import * as z from 'zod'
import { readMachine } from '../../core/versions.ts'
import { route } from '../../http/route.ts'
import { uuid } from '../shapes.ts'

/** The machine that a version was compiled to: it runs in any AWS account. */
export const asl = route({
  face: 'own',
  method: 'GET',
  path: '/v1/flow/{id}/versions/{version}/asl',
  summary: 'Read the state machine of a version',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: { id: 'flow', version: 'version' },
  params: z.strictObject({
    id: uuid,
    version: z.union([
      z.literal('latest'),
      z
        .string()
        .regex(/^[1-9]\d{0,7}$/)
        .transform(Number),
    ]),
  }),
  query: z.strictObject({ type: z.enum(['standard', 'express']).optional() }),
  reply: { 200: z.record(z.string(), z.unknown()) },
  faults: ['not_found', 'version_not_published', 'conflict', 'unavailable'],
  async answer(world, { principal, params, query }) {
    const machine = await readMachine(world, principal.orgId, params.id, params.version, query.type)
    const immutable =
      params.version === 'latest' ? {} : { 'cache-control': 'private, max-age=31536000, immutable' }
    return { body: machine, etag: `"${machine.hash}"`, headers: immutable }
  },
})
