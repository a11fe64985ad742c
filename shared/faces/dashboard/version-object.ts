import * as z from 'zod'
import type { VersionEntry, VersionView } from '../../core/version-view.ts'
import { instant, jsonObject, uuid } from '../shapes.ts'
import { fieldShape, problemShape } from './field-shape.ts'
import { asWritten } from './flow-object.ts'

/** `max` is null where a loop has no known bound. */
const span = z.strictObject({ min: z.number(), max: z.number().nullable() })

/** A version as lists show it (dashboard.md §8). */
export const versionEntryShape = z.strictObject({
  appId: uuid,
  version: z.int(),
  status: z.enum(['published', 'unpublished']),
  latest: z.boolean(),
  notes: z.string().nullable(),
  sourceVersion: z.int().nullable(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  compilerVersion: z.string(),
  machineTypes: z.array(z.enum(['express', 'standard'])),
  triggers: z.array(z.string()),
  inputs: z.array(fieldShape),
  outputSchema: jsonObject.nullable(),
  problems: z.array(problemShape),
  forecast: z.strictObject({ transitions: span, usdPerThousandRuns: span, credits: span }).nullable(),
  createdAt: instant,
  createdBy: z.string(),
  publishedAt: instant,
  unpublishedAt: instant.nullable(),
})

/** A version with its text. */
export const versionShape = versionEntryShape.extend({
  definition: z.unknown(),
  format: z.enum(['json', 'yaml']),
  dialect: z.enum(['nodes', 'steps', 'flowrunner', 'builder']),
})

export function versionEntryObject(entry: VersionEntry): z.input<typeof versionEntryShape> {
  const { flowId, version, status, isLatest, notes, sourceVersion, hash, compilerVersion } = entry
  const { machineTypes, triggers, inputs, outputSchema, problems, forecast } = entry
  const { createdAt, createdBy, publishedAt, unpublishedAt } = entry
  return {
    ...{ appId: flowId, version, status, latest: isLatest, notes, sourceVersion, hash, compilerVersion },
    ...{ machineTypes, triggers, inputs: (inputs ?? []).map((field) => ({ ...field })) },
    ...{ outputSchema, problems, forecast, createdAt, createdBy, publishedAt, unpublishedAt },
  }
}

export function versionObject({ written, ...entry }: VersionView): z.input<typeof versionShape> {
  const { format, dialect } = written
  return { ...versionEntryObject(entry), definition: asWritten(written), format, dialect }
}
