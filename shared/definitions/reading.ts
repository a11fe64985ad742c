import type { JsonObject } from '../world.ts'
import type { Finding } from './problem.ts'

/** Most steps of a definition, those in bodies included. */
export const maxSteps = 500

/** How deep bodies may stand in bodies; the top level is 0. */
export const maxDepth = 5

/** What a step id looks like. */
export const stepIdPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** What one reading of a document gathers on its way. */
export interface Reading {
  findings: Finding[]
  /** Step id -> JSON pointer of the step, for every step that was read. */
  pointers: Map<string, string>
  /** Pointer that a check would use -> pointer into the document, where the author used a short form. */
  moved: Map<string, string>
}

/** An object whose keys are words of the author: it inherits nothing, so that no word has a meaning. */
export function dictionary<V>(): Record<string, V> {
  return Object.create(null) as Record<string, V>
}

/** True if the value is an object that is no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
