import * as z from 'zod'
import type { Json, JsonObject } from '../../world.ts'

/**
 * The JSON Schema of what a schema reads. What only code can judge is left out; any JSON value is `{}`.
 *
 * @throws {Error} for a schema that contains itself, other than `z.json()`: it would have to be a component.
 */
export function jsonSchemaOf(schema: z.ZodType): JsonObject {
  const {
    $schema: _,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as JsonObject
  for (const inner of Object.values($defs as JsonObject))
    if (!isAnyJson(inner)) throw new Error('Only z.json() may contain itself')
  return plain(rest) as JsonObject
}

const jsonTypes = ['string', 'number', 'boolean', 'null', 'array', 'object']

/** True for what `z.json()` becomes: a union of all six types. */
function isAnyJson(schema: Json | undefined): boolean {
  const { anyOf = [] } = schema as { anyOf?: { type?: string }[] }
  return anyOf.length === jsonTypes.length && anyOf.every(({ type }, index) => type === jsonTypes[index])
}

/** What says nothing is left out, and members that are known by name are listed by name. */
function plain(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(plain)
  if (typeof schema !== 'object' || schema === null) return schema
  if (typeof schema.$ref === 'string' || isAnyJson(schema)) return {}
  const { propertyNames, ...rest } = schema
  if (propertyNames === undefined) return each(schema)
  const { enum: names, type, ...more } = propertyNames as { enum?: string[]; type?: string }
  if (names !== undefined) return named(rest, names)
  return each(Object.keys(more).length === 0 && type === 'string' ? rest : schema)
}

function each(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, plain(value)]))
}

function named({ additionalProperties = {}, ...rest }: JsonObject, names: string[]): JsonObject {
  const value = plain(additionalProperties)
  const properties = Object.fromEntries(names.map((name) => [name, value]))
  return { ...each(rest), properties, additionalProperties: false }
}

/** Members of an object's schema, and which of them must be there; none for objects with free names. */
export function membersOf(schema: z.ZodType): { name: string; required: boolean; schema: JsonObject }[] {
  const { properties = {}, required = [] } = jsonSchemaOf(schema) as {
    properties?: Record<string, JsonObject>
    required?: string[]
  }
  return Object.entries(properties).map(([name, inner]) => ({
    ...{ name, required: required.includes(name), schema: inner },
  }))
}
