import { checkItem, type Item } from './attribute-value.ts'
import type { Request } from './engine.ts'
import { type Expressions, readExpressions, type Values } from './expressions.ts'
import { invalid, unreadable } from './refuse.ts'
import { itemRow } from './row-keys.ts'
import { checkKey, type Table } from './table.ts'
import type { Tables } from './tables.ts'

/**
 * Refuses what this endpoint does not serve, by name: the parameters from before expressions, and misspelt ones.
 *
 * @throws {Refused} ValidationException.
 */
export function allowOnly(request: Request, members: ReadonlySet<string>): void {
  for (const name in request) {
    if (members.has(name) || request[name] === null) continue
    const isNone = name.startsWith('ReturnConsumed') || name.startsWith('ReturnItemCollection')
    if (isNone && request[name] === 'NONE') continue
    throw invalid(`${name} is not served by this endpoint`)
  }
}

/** A member that is an object, e.g. one operation of a transaction. */
export function objectOf(written: unknown, name: string): Request {
  if (typeof written === 'object' && written !== null && !Array.isArray(written)) return written as Request
  throw written === undefined || written === null ? missing(name) : unreadable('Unexpected field type')
}

/** A member that is a list of a length within bounds. */
export function listOf(written: unknown, name: string, most: number): unknown[] {
  if (written === undefined || written === null) throw missing(name)
  if (!Array.isArray(written)) throw unreadable('Unexpected field type')
  if (written.length >= 1 && written.length <= most) return written
  throw invalid(
    `1 validation error detected: Value at '${name}' failed to satisfy constraint: ` +
      `Member must have length between 1 and ${most}`,
  )
}

/** One of a set of words, if it is there. */
export function wordOf<W extends string>(written: unknown, name: string, words: readonly W[]): W | undefined {
  if (written === undefined || written === null) return undefined
  const word = words.find((candidate) => candidate === written)
  if (word !== undefined) return word
  throw invalid(
    `1 validation error detected: Value '${String(written)}' at '${name}' failed to satisfy constraint: ` +
      `Member must satisfy enum value set: [${words.join(', ')}]`,
  )
}

export function missing(name: string): Error {
  return invalid(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  )
}

/** The key of a request and the row it names. */
export function readKey(table: Table, written: unknown): { key: Item; row: string } {
  const key = objectOf(written, 'key')
  checkItem(key)
  checkKey(table, key)
  return { key, row: itemRow(table, key) }
}

/** The table and the expressions of a request that reads or writes one. */
export function readCommon(tables: Tables, request: Request): Common {
  return { table: tables.get(request.TableName), ...readExpressions(request) }
}

export interface Common {
  table: Table
  parsed: Expressions
  values: Values
}
