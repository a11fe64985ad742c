import type { Json } from '../world.ts'

/** The value of a JSON text; undefined if it is none, or nests deeper than 64 levels (hardening.md rule 7). */
export function readJson(text: string): Json | undefined {
  if (isTooDeep(text)) return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Deeper values would break those who write them out again. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    if (depth > 64) return true
  }
  return false
}
