import type { Json, JsonObject } from '../../world.ts'
import { hidden } from '../hidden.ts'
import { maskOf } from '../masking.ts'

/** The body without the secret that proves its sender: some providers put it in there as well. */
export function maskSecret(body: Json, secret: string | null): Json {
  return secret === null ? body : maskOf([secret]).json(body)
}

/** The same data with `•••` for values that the flow keeps sealed (flow-language.md §6), wherever they stand. */
export function hideValues(data: JsonObject, values: Json[]): JsonObject {
  if (values.length === 0) return data
  const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const equal = new Set(texts)
  const mask = maskOf(texts)
  const hide = (value: Json): Json => {
    // Also what is too short to be looked for inside other texts, and what is no text.
    if (value !== null && equal.has(typeof value === 'string' ? value : JSON.stringify(value))) return hidden
    if (typeof value === 'string') return mask.text(value)
    if (Array.isArray(value)) return value.map(hide)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hide(member)]))
  }
  return hide(data) as JsonObject
}
