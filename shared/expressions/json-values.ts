import { EvaluationError } from './error.ts'

/** JSONata's notions about values, as 2.0.6 has them. */

/** What may still be done in the main process: every step takes from it. */
export interface Work {
  left: number
}

/** The evaluation is too much for the main process; it is done again in a child. */
export class TooMuchWork extends Error {}

/** @throws {TooMuchWork} when nothing is left. */
export function spend(work: Work, steps: number): void {
  work.left -= steps
  if (work.left < 0) throw new TooMuchWork()
}

/** JSONata's truth: empty text, 0, null, `{}` and lists without a true item are false, nothing stays nothing. */
export function truthOf(value: unknown, work: Work): boolean | undefined {
  if (value === undefined) return undefined
  if (Array.isArray(value)) {
    if (value.length === 1) return truthOf(value[0], work)
    spend(work, value.length)
    return value.some((item) => truthOf(item, work))
  }
  if (typeof value === 'string') return value.length > 0
  if (typeof value === 'object' && value !== null) return hasMember(value)
  return isNumeric(value) ? value !== 0 : value === true
}

function hasMember(value: object): boolean {
  for (const name in value) if (Object.hasOwn(value, name)) return true
  return false
}

/** @throws {EvaluationError} for a number that JSON cannot carry. */
export function isNumeric(value: unknown): value is number {
  if (typeof value !== 'number' || Number.isNaN(value)) return false
  if (!Number.isFinite(value)) throw new EvaluationError(`D1001: Number out of range: ${value}`)
  return true
}

/** The word for a value's type. */
export function typeWord(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (value === null) return 'null'
  if (isNumeric(value)) return 'number'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

/** Equal in depth: lists in order, objects whatever the order of their members. */
export function isDeepEqual(left: unknown, right: unknown, work: Work): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left)) return Array.isArray(right) && isSameList(left, right, work)
  return !Array.isArray(right) && isSameObject(left as Members, right as Members, work)
}

type Members = Record<string, unknown>

function isSameList(left: unknown[], right: unknown[], work: Work): boolean {
  if (left.length !== right.length) return false
  spend(work, left.length)
  return left.every((item, at) => isDeepEqual(item, right[at], work))
}

function isSameObject(left: Members, right: Members, work: Work): boolean {
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  spend(work, names.length)
  return names.every((name) => Object.hasOwn(right, name) && isDeepEqual(left[name], right[name], work))
}

/** A member by name; lists give the members of all their items. */
export function memberOf(value: unknown, name: string, work: Work): unknown {
  if (Array.isArray(value)) return unwrapped(membersOf(value, name, work))
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function membersOf(list: unknown[], name: string, work: Work): unknown[] {
  const found: unknown[] = []
  spend(work, list.length)
  for (const item of list) {
    const member = Array.isArray(item) ? membersOf(item, name, work) : memberOf(item, name, work)
    if (!Array.isArray(member)) {
      if (member !== undefined) found.push(member)
      continue
    }
    spend(work, member.length)
    for (const each of member) found.push(each)
  }
  return found
}

/** What a sequence becomes: nothing, its only item, or a list. */
export function unwrapped(items: unknown[]): unknown {
  if (items.length === 0) return undefined
  return items.length === 1 ? items[0] : items
}

/** Text as `$string` writes it: numbers with 15 digits, objects as JSON. Nothing stays nothing. */
export function textOf(value: unknown, work: Work, pretty = false): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new EvaluationError(`D3001: Attempting to invoke string function on Infinity or NaN`)
  spend(work, 1)
  const round = (_name: string, member: unknown) => {
    spend(work, 1)
    return isNumeric(member) ? Number(member.toPrecision(15)) : member
  }
  return JSON.stringify(value, round, pretty ? 2 : 0)
}

/** Sets a member, whatever its name. */
export function setMember(target: object, name: string, value: unknown): void {
  if (name !== '__proto__') (target as Record<string, unknown>)[name] = value
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
