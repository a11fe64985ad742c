import { EvaluationError } from './error.ts'
import { isNumeric, memberOf, setMember, spend, textOf, truthOf, typeWord, type Work } from './json-values.ts'

interface DirectFunction {
  /** How many arguments a call may have; another number is left to the full evaluator. */
  least: number
  most: number
  run(args: unknown[], work: Work): unknown
}

const one = (run: DirectFunction['run']): DirectFunction => ({ least: 1, most: 1, run })

/** The built-in functions that are evaluated in the main process, with the errors of JSONata's signatures. */
export const directFunctions: Record<string, DirectFunction> = {
  exists: one(([value]) => value !== undefined),
  type: one(([value]) => typeWord(value)),
  boolean: one(([value], work) => truthOf(value, work)),
  not: one(([value], work) => {
    const truth = truthOf(value, work)
    return truth === undefined ? undefined : !truth
  }),
  count: one(([value]) => (value === undefined ? 0 : Array.isArray(value) ? value.length : 1)),
  number: one(([value]) => (value === undefined ? undefined : toNumber(value))),
  merge: one(([value], work) => (value === undefined ? undefined : merge(value, work))),
  length: one(([value], work) => {
    if (!isOf(value, 'string', 'length', 1)) return undefined
    spend(work, value.length / 8)
    return [...value].length
  }),
  floor: one(([value]) => (isOf(value, 'number', 'floor', 1) ? Math.floor(value) : undefined)),
  abs: one(([value]) => (isOf(value, 'number', 'abs', 1) ? Math.abs(value) : undefined)),
  string: {
    least: 1,
    most: 2,
    run: ([value, pretty], work) => {
      isOf(pretty, 'boolean', 'string', 2)
      return textOf(value, work, pretty === true)
    },
  },
  lookup: {
    least: 2,
    most: 2,
    run: ([value, name], work) =>
      isOf(name, 'string', 'lookup', 2) ? memberOf(value, name, work) : undefined,
  },
  formatBase: { least: 1, most: 2, run: ([value, radix]) => formatBase(value, radix) },
  contains: {
    least: 2,
    most: 2,
    // Only the one pattern that guards `$number` comes here (safe.ts); it has no way to backtrack.
    run: ([value, pattern], work) => {
      if (!isOf(value, 'string', 'contains', 1)) return undefined
      spend(work, value.length / 8)
      return new RegExp((pattern as RegExp).source).test(value)
    },
  },
  substring: {
    least: 2,
    most: 3,
    run: ([value, start, length], work) => substring(value, start, length, work),
  },
}

interface TypeOf {
  string: string
  number: number
  boolean: boolean
}

/** False for nothing. @throws {EvaluationError} T0410 for another type. */
function isOf<T extends keyof TypeOf>(
  value: unknown,
  type: T,
  name: string,
  index: number,
): value is TypeOf[T] {
  if (value === undefined) return false
  if (typeof value === type) return true
  throw mismatch(name, index)
}

function mismatch(name: string, index: number): EvaluationError {
  return new EvaluationError(
    `T0410: Argument ${index} of function "${name}" does not match function signature`,
  )
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') throw mismatch('number', 1)
  const isDecimal = /^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$/.test(value) && Number.isFinite(Number(value))
  if (isDecimal) return Number.parseFloat(value)
  if (/^(0[xX][0-9A-Fa-f]+)|(0[oO][0-7]+)|(0[bB][0-1]+)$/.test(value)) return Number(value)
  throw new EvaluationError('D3030: Unable to cast value to a number')
}

function merge(value: unknown, work: Work): object {
  const items = Array.isArray(value) ? value : [value]
  const merged = {}
  for (const item of items) {
    if (typeWord(item) !== 'object')
      throw new EvaluationError('T0412: Argument 1 of function "merge" must be an array of objects')
    const members = Object.entries(item as object)
    spend(work, members.length)
    for (const [name, member] of members) setMember(merged, name, member)
  }
  return merged
}

function formatBase(value: unknown, radix: unknown): string | undefined {
  isOf(radix, 'number', 'formatBase', 2)
  if (!isOf(value, 'number', 'formatBase', 1)) return undefined
  const base = radix === undefined ? 10 : roundHalfEven(radix as number)
  if (!(base >= 2 && base <= 36))
    throw new EvaluationError('D3100: The radix of the formatBase function must be between 2 and 36')
  return roundHalfEven(value).toString(base)
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  const isHalf = Math.abs(rounded - value) === 0.5 && Math.abs(rounded % 2) === 1
  return (isHalf ? rounded - 1 : rounded) + 0
}

function substring(value: unknown, start: unknown, length: unknown, work: Work): string | undefined {
  isOf(start, 'number', 'substring', 2)
  isOf(length, 'number', 'substring', 3)
  if (!isOf(value, 'string', 'substring', 1)) return undefined
  spend(work, value.length / 8)
  const characters = [...value]
  const from = characters.length + (start as number) < 0 ? 0 : (start as number)
  if (length === undefined) return characters.slice(from).join('')
  if ((length as number) <= 0) return ''
  const end = from >= 0 ? from + (length as number) : characters.length + from + (length as number)
  return characters.slice(from, end).join('')
}

/** Arithmetic on two values. @throws {EvaluationError} T2001, T2002 for what is no number. */
export function arithmetic(operator: string, left: unknown, right: unknown): number | undefined {
  if (left !== undefined && !isNumeric(left))
    throw new EvaluationError(`T2001: The left side of the "${operator}" operator must evaluate to a number`)
  if (right !== undefined && !isNumeric(right))
    throw new EvaluationError(`T2002: The right side of the "${operator}" operator must evaluate to a number`)
  if (left === undefined || right === undefined) return undefined
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return operator === '/' ? left / right : left % right
}

/** `<` `<=` `>` `>=`; nothing if either side is. @throws {EvaluationError} T2009, T2010 for what has no order. */
export function ordered(operator: string, left: unknown, right: unknown): boolean | undefined {
  if (!hasOrder(left) || !hasOrder(right))
    throw new EvaluationError(
      `T2010: The expressions on either side of operator "${operator}" must evaluate to numeric or string values`,
    )
  if (left === undefined || right === undefined) return undefined
  if (typeof left !== typeof right)
    throw new EvaluationError(
      `T2009: The values on either side of operator "${operator}" must be of the same data type`,
    )
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}

function hasOrder(value: unknown): value is string | number | undefined {
  return value === undefined || typeof value === 'string' || typeof value === 'number'
}
