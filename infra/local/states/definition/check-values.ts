import { isExpression, isHalfOpen, readExpression } from './expression.ts'
import { ExpressionRefused } from './expression-tree.ts'
import type { Problems } from './problems.ts'

/** Which members of `$states` have a value in a field. */
export interface InSight {
  result: boolean
  errorOutput: boolean
}

/** Fields that are evaluated before there is a result or an error. */
export const inputOnly: InSight = { result: false, errorOutput: false }

/** Checks every text of a value, at any depth. */
export function checkValue(value: unknown, at: string, sight: InSight, problems: Problems): void {
  if (typeof value === 'string') {
    checkText(value, at, sight, problems)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) checkValue(member, `${at}/${name}`, sight, problems)
}

function checkText(text: string, at: string, sight: InSight, problems: Problems): void {
  if (isHalfOpen(text)) {
    problems.add(at, 'An expression begins with {% and ends with %}', 'INVALID_JSONATA_EXPRESSION')
    return
  }
  if (isExpression(text)) checkExpression(text, at, sight, problems)
}

function checkExpression(text: string, at: string, sight: InSight, problems: Problems): void {
  try {
    for (const [member] of readExpression(text).states) {
      const reason = whyNot(member, sight)
      if (reason) problems.add(at, `$states.${member} ${reason}`, 'INVALID_JSONATA_EXPRESSION')
    }
  } catch (error) {
    if (!(error instanceof ExpressionRefused)) throw error
    problems.add(at, error.message, 'INVALID_JSONATA_EXPRESSION')
  }
}

function whyNot(member: string | undefined, sight: InSight): string | null {
  if (member === undefined || member === 'input' || member === 'context') return null
  if (member === 'result') return sight.result ? null : 'has no value here'
  if (member === 'errorOutput') return sight.errorOutput ? null : 'has a value in Catch only'
  return 'is not a member of $states'
}

/** A name of a variable as the states language allows it. */
export function isVariableName(name: string): boolean {
  const reserved = name === 'states' || name === '__proto__'
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name) && [...name].length <= 80 && !reserved
}

/** Checks an `Assign`: its names, and that none belongs to a scope further out. */
export function checkAssign(
  assign: unknown,
  at: string,
  sight: InSight,
  outer: ReadonlySet<string>,
  problems: Problems,
): void {
  if (typeof assign !== 'object' || assign === null || Array.isArray(assign)) {
    problems.add(at, 'Assign is an object')
    return
  }
  for (const [name, value] of Object.entries(assign)) {
    if (!isVariableName(name)) problems.add(`${at}/${name}`, `${name} is not a name for a variable`)
    if (outer.has(name)) problems.add(`${at}/${name}`, `${name} belongs to a scope further out`)
    checkValue(value, `${at}/${name}`, sight, problems)
  }
}

/** Whole seconds from `least` on, or an expression that gives them. */
export function checkSeconds(value: unknown, at: string, least: number, problems: Problems): void {
  if (typeof value === 'string') {
    if (!isExpression(value)) problems.add(at, 'A number, or an expression that gives one')
    checkValue(value, at, inputOnly, problems)
    return
  }
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > 99_999_999)
    problems.add(at, `A whole number from ${least} to 99999999`)
}
