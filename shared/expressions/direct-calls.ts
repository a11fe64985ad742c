import { beyond, isObject, member, numberOf, text, truth } from './direct-values.ts'

type Call = (args: unknown[]) => unknown

/** The built-in functions that are evaluated directly. */
export const calls: Record<string, { arity: number; call: Call }> = {
  exists: { arity: 1, call: ([value]) => value !== undefined },
  type: { arity: 1, call: ([value]) => typeName(value) },
  boolean: { arity: 1, call: ([value]) => (value === undefined ? undefined : truth(value)) },
  not: { arity: 1, call: ([value]) => (value === undefined ? beyond() : !truth(value)) },
  count: { arity: 1, call: ([value]) => (value === undefined ? 0 : Array.isArray(value) ? value.length : 1) },
  length: { arity: 1, call: ([value]) => (typeof value === 'string' ? [...value].length : beyond()) },
  floor: { arity: 1, call: ([value]) => Math.floor(numberOf(value)) },
  abs: { arity: 1, call: ([value]) => Math.abs(numberOf(value)) },
  string: { arity: 1, call: ([value]) => (value === undefined ? undefined : text(value)) },
  formatBase: { arity: 1, call: ([value]) => (Number.isSafeInteger(value) ? String(value) : beyond()) },
  merge: { arity: 1, call: ([value]) => merged(value) },
  lookup: { arity: 2, call: ([value, name]) => (typeof name === 'string' ? member(value, name) : beyond()) },
}

function typeName(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'function' ? beyond() : typeof value
}

function merged(value: unknown): Record<string, unknown> {
  const list = Array.isArray(value) ? value : [value]
  const result: Record<string, unknown> = {}
  for (const object of list) {
    if (!isObject(object) || Array.isArray(object) || Object.hasOwn(object, '__proto__')) return beyond()
    Object.assign(result, object)
  }
  return result
}
