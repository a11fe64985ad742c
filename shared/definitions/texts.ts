import { partsOf } from '../pointer.ts'
import type { Json } from '../world.ts'

/** Calls back with every text in a value, and the path to it. */
export function eachText(
  value: Json | undefined,
  visit: (text: string, path: string[]) => void,
  path: string[] = [],
): void {
  if (typeof value === 'string') visit(value, path)
  else if (Array.isArray(value))
    value.forEach((item, index) => void eachText(item, visit, [...path, String(index)]))
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) eachText(member, visit, [...path, key])
}

/** Calls back with every key in a value, and the path to its member. */
export function eachKey(
  value: Json,
  visit: (key: string, path: string[]) => void,
  path: string[] = [],
): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, key]
    if (!Array.isArray(value)) visit(key, at)
    eachKey(member, visit, at)
  }
}

/** True if no text in the value is or holds a `{{ }}` template. */
export function isTemplateFree(value: unknown): boolean {
  let free = true
  eachText(value as Json, (text) => {
    if (text.includes('{{')) free = false
  })
  return free
}

/** The text at a JSON pointer, if a text stands there. */
export function textAt(document: Json, pointer: string): string | undefined {
  let at: Json | undefined = document
  for (const part of partsOf(pointer)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as { [member: string]: Json })[part]
  }
  return typeof at === 'string' ? at : undefined
}
