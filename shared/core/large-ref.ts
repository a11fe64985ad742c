import type { Json } from '../world.ts'

/** What stands in a run for an output that lies in the bucket (flow-language.md §7). */
export interface LargeRef extends Record<string, Json> {
  $ref: string
  bytes: number
}

/** Before the key of the visit: no schema of an author's refers to such a thing. */
export const largeMark = 'sluice:output:'

const visit = /^sluice:output:\d{13}#[A-Za-z][A-Za-z0-9_-]{0,63}(#[\d.]+)?$/

/** Whether a value stands for a large output. */
export function isLargeRef(value: Json | undefined): value is LargeRef {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return typeof value.$ref === 'string' && visit.test(value.$ref) && Object.keys(value).length === 2
}

/** Whether anything in a value may stand for one. */
export function hasLarge(value: Json): boolean {
  return JSON.stringify(value).includes(`"$ref":"${largeMark}`)
}
