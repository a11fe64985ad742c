import * as z from 'zod'
import { createApiKey, listApiKeys, revokeApiKey } from '../../core/api-keys.ts'
import { scopes } from '../../core/roles.ts'
import { digits, flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { instant, label, momentInBody, noParams, scope } from '../shapes.ts'

const keyShape = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  createdBy: z.string(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
})

/** API keys, for signed-in people alone (conventions.md §9). */
export const list = route({
  face: 'own',
  method: 'GET',
  path: '/v1/api-keys',
  summary: 'List API keys: one’s own, or all of them (admin)',
  auth: 'session',
  scope: null,
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.strictObject({
    all: flag.optional(),
    limit: digits(1, 100).optional(),
    cursor: z.string().optional(),
  }),
  reply: {
    200: z.strictObject({
      data: z.array(keyShape),
      hasMore: z.boolean(),
      nextCursor: z.string().nullable(),
    }),
  },
  faults: [],
  async answer(world, { principal, query, cursor }) {
    const { limit = 20, cursor: from, all = false } = query
    const keys = await listApiKeys(world, principal, { all })
    const start = from === undefined ? 0 : await cursor.open<number>(from)
    const next = keys.length > start + limit ? await cursor.seal(start + limit) : null
    return {
      body: { data: keys.slice(start, start + limit), hasMore: next !== null, nextCursor: next },
      next,
    }
  },
})

export const create = route({
  face: 'own',
  method: 'POST',
  path: '/v1/api-keys',
  summary: 'Make an API key; its text is shown once',
  auth: 'session',
  scope: null,
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.strictObject({}),
  body: z.strictObject({
    name: label(100),
    scopes: z.array(scope).min(1).max(scopes.length),
    expiresAt: momentInBody.optional(),
  }),
  reply: { 201: keyShape.extend({ key: z.string() }) },
  faults: [],
  async answer(world, { principal, body }) {
    const { expiresAt = null, ...rest } = body
    return { status: 201, body: await createApiKey(world, principal, { ...rest, expiresAt }) }
  },
})

export const revoke = route({
  face: 'own',
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
  summary: 'Revoke an API key at once',
  auth: 'session',
  scope: null,
  role: 'viewer',
  objects: { id: 'api-key' },
  params: z.strictObject({ id: z.string().regex(/^[0-9A-Za-z]{12}$/) }),
  query: z.strictObject({}),
  reply: { 204: z.undefined() },
  faults: [],
  async answer(world, { principal, params }) {
    await revokeApiKey(world, principal, params.id)
    return { status: 204 }
  },
})
