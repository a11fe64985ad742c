import type { Json, JsonObject } from '../world.ts'
import { isObject } from './reading.ts'

/** What stands in a document instead of an id that means nothing elsewhere: `{"$flow": "flow-1"}`, `{"$user": "approver-1"}`. */
export interface Placeholder {
  kind: 'flow' | 'user'
  ref: string
}

/** The placeholder that a value is. */
export function placeholderOf(value: Json | undefined): Placeholder | undefined {
  if (!isObject(value)) return undefined
  const [[key, ref] = [], ...others] = Object.entries(value)
  if (others.length > 0 || typeof ref !== 'string') return undefined
  if (key === '$flow') return { kind: 'flow', ref }
  return key === '$user' ? { kind: 'user', ref } : undefined
}

/** The value that stands for a placeholder. */
export function placeholder({ kind, ref }: Placeholder): JsonObject {
  return kind === 'flow' ? { $flow: ref } : { $user: ref }
}

/** Calls back with every placeholder in a value, and the path to it. */
export function eachPlaceholder(
  value: Json,
  visit: (found: Placeholder, path: string[]) => void,
  path: string[] = [],
): void {
  const found = placeholderOf(value)
  if (found !== undefined) visit(found, path)
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) eachPlaceholder(member, visit, [...path, key])
}

/** The value with ids in the place of placeholders, as far as they are known. */
export function withoutPlaceholders(value: Json, idOf: (found: Placeholder) => string | undefined): Json {
  const found = placeholderOf(value)
  if (found !== undefined) return idOf(found) ?? value
  if (Array.isArray(value)) return value.map((item) => withoutPlaceholders(item, idOf))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutPlaceholders(member, idOf)]),
  )
}
