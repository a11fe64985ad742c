import { exactNumber } from '../strict-json.ts'
import type { Json, JsonObject } from '../world.ts'
import type { Field } from './graph.ts'

/** Declared types whose values some callers put between quotes. */
const bare = new Set<Field['type']>(['number', 'integer', 'boolean'])
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/**
 * Takes text that is exactly the JSON form of a declared number or boolean as that value: callers of seed 002 quote
 * everything. What does not fit, a number that cannot be held exactly among it, is left for the check of the inputs to
 * tell of.
 */
export function unquoteInputs(fields: Field[] | undefined, inputs: JsonObject): JsonObject {
  const read: [string, Json][] = (fields ?? []).flatMap(({ name, type }) => {
    const given = Object.hasOwn(inputs, name) ? inputs[name] : undefined
    const value = bare.has(type) && typeof given === 'string' ? scalarOf(given) : undefined
    return value === undefined ? [] : [[name, value]]
  })
  return read.length === 0 ? inputs : { ...inputs, ...Object.fromEntries(read) }
}

function scalarOf(text: string): boolean | number | undefined {
  if (text === 'true' || text === 'false') return text === 'true'
  return jsonNumber.test(text) ? exactNumber(text) : undefined
}
