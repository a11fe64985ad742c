import * as z from 'zod'
import { assertionKeys } from '../../core/tickets.ts'
import { route } from '../../http/route.ts'
import { jsonObject, noParams } from '../shapes.ts'

/** The keys by which apps check the assertions that flows hand out (`token.issue`). */
export const jwks = route({
  face: 'own',
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'Read the public keys that assertions are signed with',
  auth: 'open',
  scope: null,
  role: null,
  objects: {},
  params: noParams,
  query: z.object({}),
  reply: { 200: z.strictObject({ keys: z.array(jsonObject) }) },
  faults: [],
  async answer(world) {
    const keys = await assertionKeys(world)
    return { body: keys, headers: { 'cache-control': 'public, max-age=300' } }
  },
})
