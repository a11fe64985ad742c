import * as z from 'zod'
import { checkHealth } from '../../core/health.ts'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'

/** Tells that the service is up; `deep=true` asks table and engine (conventions.md §9). */
export const health = route({
  face: 'own',
  method: 'GET',
  path: '/health',
  summary: 'Tell whether the service is well',
  auth: 'open',
  scope: null,
  role: null,
  objects: {},
  params: z.strictObject({}),
  query: z.strictObject({ deep: flag.optional() }),
  reply: { 200: z.object({ status: z.literal('ok'), version: z.string(), time: z.string() }) },
  faults: [],
  async answer(world, { query }) {
    const { failing, version, time } = await checkHealth(world, query.deep ?? false)
    if (failing.length > 0) return { status: 503, body: { status: 'failing', failing } }
    return { body: { status: 'ok', version, time } }
  },
})
