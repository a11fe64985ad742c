import { canonicalNumber } from './numbers.ts'
import { invalid, unreadable } from './refuse.ts'

/** A value as DynamoDB's JSON writes it: exactly one member, named after the type. */
export interface AttributeValue {
  S?: string
  N?: string
  B?: string
  BOOL?: boolean
  NULL?: boolean
  SS?: string[]
  NS?: string[]
  BS?: string[]
  L?: AttributeValue[]
  M?: Item
}

export type AttributeType = keyof AttributeValue

/** Attributes by name. Stored items are shared and never changed in place. */
export type Item = { [name: string]: AttributeValue }

const nestingLimit = 32
const emptyValue = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'
const severalTypes =
  'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes'

/** The type of a checked value. */
export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType
  throw invalid(emptyValue)
}

/** The attribute of that name, if the item has it; names such as `constructor` are ordinary ones. */
export function attribute(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined
}

/** Sets an attribute, also one with the name `__proto__`. */
export function setAttribute(item: Item, name: string, value: AttributeValue): void {
  if (name !== '__proto__') item[name] = value
  else Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true })
}

/**
 * Checks a map of attribute values that came over the wire and brings its numbers into canonical form, in place.
 *
 * @throws {Refused} SerializationException for foreign JSON types, ValidationException for broken values.
 */
export function checkItem(item: unknown, depth = 0): asserts item is Item {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw unreadable('Unexpected field type')
  const attributes = item as Record<string, unknown>
  for (const name in attributes) checkValue(attributes[name], depth)
}

/** @throws {Refused} as {@link checkItem}. */
export function checkValue(value: unknown, depth = 0): asserts value is AttributeValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable('Unexpected value type in payload')
  }
  if (depth > nestingLimit) throw invalid('Nesting Levels have exceeded supported limits')
  let type: string | undefined
  for (const name in value) {
    if (type !== undefined) throw invalid(severalTypes)
    type = name
  }
  const check = type === undefined ? undefined : checks[type as AttributeType]
  if (!check || !Object.hasOwn(checks, type!)) throw invalid(emptyValue)
  check(value as AttributeValue, depth)
}

const checks: Record<AttributeType, (value: AttributeValue, depth: number) => void> = {
  S: (value) => needText(value.S),
  N: (value) => {
    needText(value.N)
    value.N = canonicalNumber(value.N)
  },
  B: (value) => needBase64(value.B),
  BOOL: (value) => {
    if (typeof value.BOOL !== 'boolean') throw unreadable('Unexpected token received from parser')
  },
  NULL: (value) => {
    if (value.NULL === true) return
    throw invalid(`${invalidParameters}: Null attribute value types must have the value of true`)
  },
  SS: (value) => {
    needMembers(value.SS, needText, `${invalidParameters}: An string set  may not be empty`)
    needDistinct(
      value.SS!,
      `${invalidParameters}: Input collection [${value.SS!.join(', ')}] contains duplicates.`,
    )
  },
  NS: (value) => {
    needMembers(value.NS, needText, `${invalidParameters}: An number set  may not be empty`)
    value.NS = value.NS!.map(canonicalNumber)
    needDistinct(value.NS, 'Input collection contains duplicates')
  },
  BS: (value) => {
    needMembers(value.BS, needBase64, `${invalidParameters}: Binary sets should not be empty`)
    needDistinct(value.BS!, `${invalidParameters}: Input collection of type BS contains duplicates.`)
  },
  L: (value, depth) => {
    if (!Array.isArray(value.L)) throw unreadable('Unexpected field type')
    for (const member of value.L) checkValue(member, depth + 1)
  },
  M: (value, depth) => checkItem(value.M, depth + 1),
}

const invalidParameters = 'One or more parameter values were invalid'

function needText(text: unknown): asserts text is string {
  if (typeof text !== 'string') throw unreadable(`${typeof text} cannot be converted to String`)
}

function needBase64(text: unknown): asserts text is string {
  if (typeof text === 'string' && Buffer.from(text, 'base64').toString('base64') === text) return
  throw unreadable('Invalid Base64')
}

function needMembers(members: unknown, check: (member: unknown) => void, whenEmpty: string): void {
  if (!Array.isArray(members)) throw unreadable('Unexpected field type')
  if (members.length === 0) throw invalid(whenEmpty)
  members.forEach(check)
}

function needDistinct(members: string[], message: string): void {
  if (new Set(members).size !== members.length) throw invalid(message)
}
