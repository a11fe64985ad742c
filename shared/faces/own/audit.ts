import * as z from 'zod'
import { listAuditTrail } from '../../core/audit-list.ts'
import { digits } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { instant, jsonObject, moment, noParams } from '../shapes.ts'

const entryShape = z.strictObject({
  id: z.string(),
  at: instant,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  requestId: z.string().nullable(),
  address: z.string().nullable(),
  details: jsonObject,
})

/** Who did what (conventions.md §9). */
export const list = route({
  face: 'own',
  method: 'GET',
  path: '/v1/audit',
  summary: 'List what was done in the organisation, newest first',
  auth: 'bearer',
  scope: 'accounts:admin',
  role: 'admin',
  objects: {},
  params: noParams,
  query: z.strictObject({
    actor: z.string().optional(),
    action: z.string().optional(),
    target: z.string().optional(),
    from: moment.optional(),
    to: moment.optional(),
    limit: digits(1, 100).optional(),
    cursor: z.string().optional(),
  }),
  reply: {
    200: z.strictObject({
      data: z.array(entryShape),
      hasMore: z.boolean(),
      nextCursor: z.string().nullable(),
    }),
  },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 20, cursor: from, ...filters } = query
    const after = from === undefined ? undefined : await cursor.open<string>(from)
    const { entries, next: last } = await listAuditTrail(world, principal, { ...filters, limit, after })
    const next = last === null ? null : await cursor.seal(last)
    return { body: { data: entries, hasMore: next !== null, nextCursor: next }, next }
  },
})
