import * as z from 'zod'
import { instant, jsonObject } from './shapes.ts'

const names = z.array(z.string())
const version = z.union([z.int(), z.literal('latest')])

const portableFlow = z.strictObject({
  name: z.string(),
  description: z.string().nullable(),
  tags: names,
  definition: jsonObject,
})

/** A flow that travels (dashboard.md §7): what the import takes as it stands. */
export const exportShape = z.strictObject({
  format: z.literal('sluice-flow'),
  formatVersion: z.literal(1),
  exportedAt: instant,
  sourceVersion: z.int().nullable(),
  ref: z.string().optional(),
  flow: portableFlow,
  requires: z.strictObject({
    secrets: names,
    flows: z.array(z.strictObject({ ref: z.string(), name: z.string().nullable(), version })),
    features: names,
    returnUrls: names,
  }),
  flows: z.array(z.strictObject({ ref: z.string(), sourceVersion: z.int().nullable(), flow: portableFlow })),
})
