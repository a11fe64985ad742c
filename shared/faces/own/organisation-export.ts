import * as z from 'zod'
import type { FlowPosition } from '../../core/flow-list.ts'
import { digits } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { exportShape } from '../export-shape.ts'
import { noParams, uuid } from '../shapes.ts'

/** All flows of the caller's organisation, to keep them or to move. */
export const exportFlows = route({
  face: 'own',
  method: 'GET',
  path: '/v1/organisation/export',
  summary:
    'Read all flows of the organisation as documents that can be imported elsewhere, oldest change first',
  auth: 'bearer',
  scope: 'accounts:admin',
  role: 'admin',
  objects: {},
  params: noParams,
  query: z.strictObject({
    version: z.enum(['draft', 'latest']).optional(),
    limit: digits(1, 100).optional(),
    cursor: z.string().optional(),
  }),
  reply: {
    200: z.strictObject({
      data: z.array(exportShape),
      masked: z.array(z.strictObject({ id: uuid, pointers: z.array(z.string()) })),
      leftOut: z.array(z.strictObject({ id: uuid, name: z.string(), reason: z.string() })),
      hasMore: z.boolean(),
      nextCursor: z.string().nullable(),
    }),
  },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 20, cursor: from, version } = query
    const after = from === undefined ? undefined : await cursor.open<FlowPosition>(from)
    const { exportOrganisation } = await import('../../core/export-organisation.ts')
    const page = await exportOrganisation(world, principal, { version, limit, after })
    const { documents: data, next: last, ...notes } = page
    const next = last === null ? null : await cursor.seal(last)
    return { body: { data, ...notes, hasMore: next !== null, nextCursor: next }, next }
  },
})
