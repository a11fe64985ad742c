import * as z from 'zod'
import { flag } from '../../http/query.ts'
import { route } from '../../http/route.ts'
import { instant, noParams } from '../shapes.ts'

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
  params: noParams,
  query: z.strictObject({ deep: flag.optional() }),
  reply: {
    200: z.strictObject({ status: z.literal('ok'), version: z.string(), time: instant }),
    503: z.strictObject({ status: z.literal('failing'), failing: z.array(z.enum(['table', 'engine'])) }),
  },
  faults: [],
  async answer(world, { query }) {
    // Read from disk by the first who asks: it needs the engine's client, which nothing else here does at once.
    const { checkHealth } = await import('../../core/health.ts')
    const { failing, version, time } = await checkHealth(world, query.deep ?? false)
    if (failing.length > 0) return { status: 503, body: { status: 'failing', failing } }
    return { body: { status: 'ok', version, time } }
  },
})
