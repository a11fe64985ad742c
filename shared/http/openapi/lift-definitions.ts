import type { Json, JsonObject } from '../../world.ts'

/**
 * A schema with `$defs` of its own as components: within a larger document `#/$defs/…` would point elsewhere. References
 * go to the schema itself or to its `$defs` (flow-language.md §1), and to nothing else.
 *
 * @param name of the component; those of the definitions begin with it.
 */
export function liftDefinitions(schema: JsonObject, name: string): JsonObject {
  const { $schema: _, $defs = {}, ...top } = schema
  const definitions = Object.entries($defs as JsonObject)
  // A name may have signs that a component's may not.
  const lifted = new Map(definitions.map(([key], index) => [key, `${name}.${index + 1}`]))
  const move = (reference: string): JsonObject => {
    const key = keyOf(reference)
    const target = key === null ? name : lifted.get(key)
    return target === undefined ? {} : { $ref: `#/components/schemas/${target}` }
  }
  return Object.fromEntries([
    [name, moved(top, move)],
    ...definitions.map(([key, inner]) => [lifted.get(key), titled(moved(inner, move), key)]),
  ])
}

function titled(schema: Json, title: string): Json {
  return typeof schema === 'object' ? { title, ...(schema as JsonObject) } : schema
}

/** null for the schema itself. */
function keyOf(reference: string): string | null {
  const key = /^#\/\$defs\/(.+)$/.exec(reference)?.[1]
  return key === undefined ? null : key.replaceAll('~1', '/').replaceAll('~0', '~')
}

type Move = (reference: string) => JsonObject

const maps = new Set(['properties', '$defs', 'dependentSchemas'])
const values = new Set(['const', 'default', 'enum', 'examples'])

/** Only what stands where a schema may stand is a reference: values and names are left as they are. */
function moved(schema: Json, move: Move): Json {
  if (Array.isArray(schema)) return schema.map((one) => moved(one, move))
  if (typeof schema !== 'object' || schema === null) return schema
  const { $ref, ...rest } = schema
  const own = Object.entries(rest).map(([key, value]) => {
    if (values.has(key)) return [key, value]
    return [key, maps.has(key) ? eachOf(value, move) : moved(value, move)]
  })
  return { ...(typeof $ref === 'string' ? move($ref) : {}), ...Object.fromEntries(own) }
}

function eachOf(map: Json | undefined, move: Move): JsonObject {
  return Object.fromEntries(
    Object.entries(map as JsonObject).map(([key, value]) => [key, moved(value, move)]),
  )
}
