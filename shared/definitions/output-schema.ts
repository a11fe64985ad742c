import { pointerOf } from '../pointer.ts'
import type { Json, JsonObject } from '../world.ts'
import { errorAt, type Finding } from './problem.ts'
import { isObject } from './reading.ts'
import { kindOf, unknownKey } from './schema-findings.ts'

type Shape =
  | 'schema'
  | 'schemas'
  | 'map'
  | 'text'
  | 'number'
  | 'count'
  | 'flag'
  | 'texts'
  | 'list'
  | 'any'
  | 'type'

/** The keywords of JSON Schema 2020-12 that are obeyed, by what they hold. */
const words: Record<Shape, string> = {
  schema: 'items contains additionalProperties propertyNames not if then else',
  schemas: 'allOf anyOf oneOf prefixItems',
  map: '$defs properties dependentSchemas',
  text: '$schema $ref $comment title description',
  number: 'multipleOf maximum exclusiveMaximum minimum exclusiveMinimum',
  count: 'maxLength minLength maxItems minItems maxContains minContains maxProperties minProperties',
  flag: 'deprecated readOnly writeOnly uniqueItems',
  texts: 'required',
  list: 'examples enum',
  any: 'default const',
  type: 'type',
}

const shapes = new Map(
  Object.entries(words).flatMap(([shape, list]) =>
    list.split(' ').map((word) => [word, shape as Shape] as const),
  ),
)

const types = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']

/**
 * What is wrong with the declared output: keywords that nobody would obey are refused. A `pattern` is one of them, since a
 * tenant's regular expression may not run in our process (hardening.md 2.2, rule 11); so is a reference to elsewhere.
 */
export function checkOutputSchema(schema: Json, path: string): Finding[] {
  if (typeof schema === 'boolean') return []
  if (!isObject(schema))
    return [errorAt(path, 'invalid_type', `A schema is an object, not ${kindOf(schema)}`)]
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const at = path + pointerOf([keyword])
    const shape = shapes.get(keyword)
    if (shape === undefined) return [errorAt(at, 'unknown_key', unknownKey(keyword, undefined))]
    return [...checkKeyword(keyword, value, shape, at), ...checkInner(value, shape, at)]
  })
}

const fits: Record<Shape, (value: Json) => boolean> = {
  schema: (value) => typeof value === 'boolean' || isObject(value),
  schemas: (value) => Array.isArray(value) && value.length > 0,
  map: isObject,
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  flag: (value) => typeof value === 'boolean',
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  list: (value) => Array.isArray(value),
  any: () => true,
  type: (value) => [value].flat().every((one) => types.includes(one as string)),
}

const right: Record<Shape, string> = {
  schema: 'a schema',
  schemas: 'a list of schemas',
  map: 'an object of schemas',
  text: 'text',
  number: 'a number',
  count: 'a whole number of at least 0',
  flag: 'true or false',
  texts: 'a list of names',
  list: 'a list',
  any: 'any value',
  type: `one of ${types.join(', ')}`,
}

function checkKeyword(keyword: string, value: Json, shape: Shape, at: string): Finding[] {
  if (!fits[shape](value)) return [errorAt(at, 'invalid_value', `${keyword} must be ${right[shape]}`)]
  if (keyword === 'multipleOf' && (value as number) <= 0)
    return [errorAt(at, 'invalid_value', 'multipleOf must be more than 0')]
  if (keyword === '$ref' && !/^#(?:\/\$defs\/[^/]+)?$/.test(value as string))
    return [errorAt(at, 'invalid_value', '$ref names a schema of this document, such as #/$defs/customer')]
  return []
}

function checkInner(value: Json, shape: Shape, at: string): Finding[] {
  if (shape === 'schema') return fits.schema(value) ? checkOutputSchema(value, at) : []
  const inner = shape === 'schemas' || shape === 'map' ? (value as JsonObject | Json[]) : {}
  if (typeof inner !== 'object' || inner === null) return []
  return Object.entries(inner).flatMap(([key, one]) => checkOutputSchema(one, at + pointerOf([key])))
}
