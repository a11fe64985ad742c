import type { AttributeValue, Item } from './attribute-value.ts'
import { attribute, typeOf } from './attribute-value.ts'
import { compareNumbers } from './numbers.ts'

const beyondBasicPlane = /[\ud800-\uffff]/

/** Orders two texts as DynamoDB does: by their UTF-8 bytes. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  // JavaScript orders by UTF-16 units, which differs only from the surrogates upwards.
  if (beyondBasicPlane.test(a) || beyondBasicPlane.test(b))
    return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}

function compareBinaries(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'base64'), Buffer.from(b, 'base64'))
}

/** Orders two values of one scalar type; undefined when they cannot be ordered. */
export function order(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return compareTexts(a.S, b.S)
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N)
  if (a.B !== undefined && b.B !== undefined) return compareBinaries(a.B, b.B)
  return undefined
}

/** Whether two values are the same in type and content; sets have no order. */
export function equal(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a)
  if (typeOf(b) !== type) return false
  switch (type) {
    case 'SS':
    case 'NS':
    case 'BS':
      return sameMembers(a[type]!, b[type]!)
    case 'L':
      return a.L!.length === b.L!.length && a.L!.every((member, index) => equal(member, b.L![index]!))
    case 'M':
      return sameAttributes(a.M!, b.M!)
    default:
      return a[type] === b[type]
  }
}

function sameMembers(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((member) => b.includes(member))
}

function sameAttributes(a: Item, b: Item): boolean {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => {
    const other = attribute(b, name)
    return other !== undefined && equal(a[name]!, other)
  })
}

/** Whether a text holds a part, a set a member, or a list an element. */
export function contains(container: AttributeValue, part: AttributeValue): boolean {
  if (container.S !== undefined) return part.S !== undefined && container.S.includes(part.S)
  if (container.B !== undefined) {
    return part.B !== undefined && Buffer.from(container.B, 'base64').includes(Buffer.from(part.B, 'base64'))
  }
  if (container.SS) return part.S !== undefined && container.SS.includes(part.S)
  if (container.NS) return part.N !== undefined && container.NS.includes(part.N)
  if (container.BS) return part.B !== undefined && container.BS.includes(part.B)
  return container.L?.some((member) => equal(member, part)) ?? false
}

/** Whether a text or a binary begins with another. */
export function beginsWith(value: AttributeValue, start: AttributeValue): boolean {
  if (value.S !== undefined && start.S !== undefined) return value.S.startsWith(start.S)
  if (value.B === undefined || start.B === undefined) return false
  const bytes = Buffer.from(start.B, 'base64')
  return Buffer.from(value.B, 'base64').subarray(0, bytes.length).equals(bytes)
}
