import { isFunctionName, signatureOf } from './functions.ts'
import type { Tree } from './tree.ts'

/** Sets of types, as bits: what an expression can give. */
export const types = {
  nothing: 1,
  null: 2,
  boolean: 4,
  number: 8,
  string: 16,
  array: 32,
  object: 64,
  function: 128,
  /** Any JSON value. */
  value: 126,
  /** A value or nothing. */
  maybe: 127,
  any: 255,
} as const

const letters: Record<string, number> = {
  s: types.string,
  n: types.number,
  b: types.boolean,
  o: types.object,
  a: types.array,
  f: types.function,
  x: types.any,
}

/** The types that letters of a signature stand for. */
export function typesOfLetters(letter: string): number {
  return [...letter].reduce((set, each) => set | (letters[each] ?? types.any), 0)
}

/** True if everything in `set` is also in `allowed`. */
export function within(set: number, allowed: number): boolean {
  return (set & ~allowed) === 0
}

/** The types an expression can give; never fewer than it really can. */
export function typesOf(tree: Tree): number {
  if (tree.predicate ?? tree.stages ?? tree.group ?? tree.keepArray) return types.any
  return tree.types ?? ownTypes(tree)
}

function ownTypes(tree: Tree): number {
  switch (tree.type) {
    case 'string':
      return types.string
    case 'number':
      return types.number
    case 'value':
      return tree.value === null ? types.null : types.boolean
    case 'array':
      return types.array
    case 'object':
      return types.object
    case 'binary':
      return typesOfOperator(tree.value)
    case 'negative':
      return types.number | (typesOf(tree.expression) & types.nothing)
    case 'condition':
      return typesOf(tree.then) | (tree.else ? typesOf(tree.else) : types.nothing)
    case 'block': {
      const last = tree.expressions.at(-1)
      return last ? typesOf(last) : types.nothing
    }
    case 'bind':
      return typesOf(tree.rhs)
    case 'function':
      return tree.procedure.type === 'variable'
        ? typesOfCall(tree.procedure.value, tree.arguments)
        : types.any
    case 'lambda':
    case 'partial':
    case 'transform':
    case 'regex':
      return types.function
    default:
      return types.any
  }
}

function typesOfOperator(operator: string): number {
  if (operator === '&') return types.string
  if (operator === '..') return types.any
  if (/^[-+*/%]$/.test(operator)) return types.number | types.nothing
  return types.boolean
}

/** Functions that give something whenever their first argument is something. */
const givesAlways = new Set(
  (
    'string boolean not type length uppercase lowercase trim substring substringBefore substringAfter pad replace ' +
    'contains base64encode base64decode encodeUrl encodeUrlComponent decodeUrl decodeUrlComponent number floor ceil ' +
    'abs round sqrt power formatBase formatNumber formatInteger toMillis fromMillis hash'
  ).split(' '),
)

function typesOfCall(name: string, args: Tree[]): number {
  if (!isFunctionName(name)) return types.any
  if (name === 'exists') return types.boolean
  if (name === 'count') return types.number
  const result = typesOfLetters(signatureOf(name).result)
  const certain = givesAlways.has(name) && args[0] && within(typesOf(args[0]), types.value)
  return certain ? result : result | types.nothing
}
