import * as z from 'zod'
import { route } from '../../http/route.ts'
import { jsonObject, noParams } from '../shapes.ts'

const names = z.array(z.string())

const stepShape = z.strictObject({
  type: z.string(),
  aliases: names,
  kind: z.enum(['wait', 'work', 'control', 'end']),
  summary: z.string(),
  params: jsonObject,
  outcomes: names,
  output: names,
  dynamicFields: names,
  example: jsonObject,
})

/** Seed 001: all that an editor needs to know of the language and of this deployment (dashboard.md §6). */
export const preferences = route({
  face: 'dashboard',
  method: 'GET',
  path: '/v1/flow/preferences',
  summary: 'Read the catalogue of steps, triggers, fields, limits and prices',
  auth: 'bearer',
  scope: 'flows:read',
  role: 'viewer',
  objects: {},
  params: noParams,
  query: z.object({}),
  reply: {
    200: z.strictObject({
      steps: z.array(stepShape),
      triggers: z.array(z.strictObject({ type: z.string() })),
      fieldTypes: names,
      expressions: z.strictObject({ language: z.string(), open: z.string(), close: z.string(), names }),
      statuses: names,
      limits: z.record(z.string(), z.int()),
      features: z.strictObject({ enhance: z.boolean(), email: z.boolean() }),
      models: names,
      prices: z.strictObject({
        table: z.string(),
        region: z.string(),
        items: z.array(z.strictObject({ unit: z.string(), credits: z.number(), basis: z.string() })),
      }),
    }),
  },
  faults: [],
  async answer({ settings }) {
    const { readCatalogue } = await import('../../core/catalogue.ts')
    const { catalogue, hash } = readCatalogue(settings)
    return { body: catalogue, etag: `"${hash}"` }
  },
})
