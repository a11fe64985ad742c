import type * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { StepType } from './define.ts'
import { takes } from './params.ts'

/** A text that holds an expression fits wherever a value is known at run time only. */
const expression = { type: 'string' as const, pattern: '\\{\\{' }

/** What authors may write for a step, as JSON Schema 2020-12. Rules between members are not in it. */
export function paramsSchema({ params }: StepType): JsonObject {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schemaOf(params) }
}

/** The params that a step has, by name. */
export function paramNames(step: StepType): string[] {
  return Object.keys((schemaOf(step.params).properties ?? {}) as JsonObject)
}

function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _, ...shown } = schema.toJSONSchema({
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const behind = takes.get(zodSchema)
      if (behind !== undefined) jsonSchema.anyOf = [schemaOf(behind), expression]
    },
  })
  return withoutReferences(shown as JsonObject)
}

/** The one recursive schema of the steps is "any JSON", which needs no words. */
function withoutReferences(schema: JsonObject): JsonObject {
  const { $defs: _, $ref: __, ...rest } = schema
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, isList(value) ? value.map(plain) : plain(value)]),
  )
}

function plain(value: JsonObject[string]): JsonObject[string] {
  return typeof value === 'object' && value !== null && !isList(value) ? withoutReferences(value) : value
}

function isList(value: JsonObject[string]): value is JsonObject[string][] {
  return Array.isArray(value)
}
