import * as z from 'zod'
import { readForecast } from '../../core/forecast.ts'
import { type Route, route } from '../../http/route.ts'
import { byId, byVersion } from '../shapes.ts'

const span = z.strictObject({ min: z.number(), max: z.number().nullable() })

const forecastShape = z.strictObject({
  version: z.int().nullable(),
  machineTypes: z.array(z.enum(['express', 'standard'])),
  transitions: span,
  events: z.strictObject({ max: z.int() }),
  calls: span,
  usdPerThousandRuns: span,
  credits: span,
  paths: z.array(
    z.strictObject({ steps: z.array(z.string()), transitions: z.int(), usdPerThousandRuns: z.number() }),
  ),
  warnings: z.array(z.string()),
  actual: z
    .strictObject({ runs: z.int(), transitions: z.number(), usdPerThousandRuns: z.number() })
    .nullable(),
  prices: z.strictObject({ table: z.string(), region: z.string() }),
})

const common = {
  face: 'own',
  method: 'GET',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  reply: { 200: forecastShape },
  faults: ['version_not_published'],
} as const

/** What a flow's runs will take, and what they took (conventions.md §9). */
export const ofFlow: Route = route({
  ...common,
  path: '/v1/flow/{id}/forecast',
  summary: 'Forecast what the runs of a flow take: states, calls, cost',
  objects: { id: 'flow' },
  params: byId,
  query: z.strictObject({
    version: z
      .string()
      .regex(/^([1-9]\d{0,7}|latest|draft)$/, 'give a positive whole number, latest or draft')
      .transform((text) => (text === 'latest' || text === 'draft' ? text : Number(text)))
      .optional(),
  }),
  async answer(world, { principal, params, query }) {
    return { body: await readForecast(world, principal.orgId, params.id, query.version ?? 'latest') }
  },
})

/** The same for a version in the path. */
export const ofVersion: Route = route({
  ...common,
  path: '/v1/flow/{id}/versions/{version}/forecast',
  summary: 'Forecast what the runs of a version take: states, calls, cost',
  objects: { id: 'flow', version: 'version' },
  params: byVersion,
  query: z.strictObject({}),
  async answer(world, { principal, params }) {
    return { body: await readForecast(world, principal.orgId, params.id, params.version) }
  },
})
