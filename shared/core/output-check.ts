import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { canonicalJson } from '../asl/canonical.ts'
import type { Json, JsonObject } from '../world.ts'

/** Compiled schemas, the oldest first. */
const compiled = new Map<string, ValidateFunction>()
const keptSchemas = 100

/** Keywords by which a tenant's regular expression would run in this process: publishing refuses them (rule 11). */
const expressions = new Set(['pattern', 'patternProperties'])

/**
 * Checks a run's output against the declared JSON Schema 2020-12.
 *
 * @returns what is wrong, in one line; null if nothing is.
 */
export function checkOutput(schema: JsonObject, output: Json): string | null {
  const problem = misfit(schema, output)
  return problem === null ? null : `The output does not fit its schema: ${problem}`
}

/** What keeps a value from fitting a schema; null = it fits. @throws {Error} for a schema that is none. */
export function misfit(schema: JsonObject, value: Json): string | null {
  const check = compile(schema)
  if (check(value)) return null
  const [first] = check.errors ?? []
  return `${first?.instancePath || 'it'} ${first?.message ?? ''}`
}

function compile(schema: JsonObject): ValidateFunction {
  const key = canonicalJson(schema)
  const known = compiled.get(key)
  if (known) return known
  const check = new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(
    withoutExpressions(schema) as JsonObject,
  )
  compiled.set(key, check)
  const [oldest] = compiled.keys()
  if (compiled.size > keptSchemas && oldest !== undefined) compiled.delete(oldest)
  return check
}

function withoutExpressions(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutExpressions)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name, member]) => !(expressions.has(name) && (typeof member === 'string' || name !== 'pattern')),
      )
      .map(([name, member]) => [name, withoutExpressions(member)]),
  )
}
