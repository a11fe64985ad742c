import type { AttributeValue, Item } from './attribute-value.ts'
import { typeOf } from './attribute-value.ts'

/** 400 KB, names included. */
export const itemLimit = 400 * 1024

/** Bytes of an item as DynamoDB counts them: names and values in UTF-8. */
export function itemSize(item: Item): number {
  let bytes = 0
  for (const name in item) bytes += Buffer.byteLength(name) + valueSize(item[name]!)
  return bytes
}

/** Whether an item is over a limit in bytes; `text` is its JSON, from which most answers are plain. */
export function isLarger(item: Item, text: string, limit: number): boolean {
  // JSON is never shorter than what is counted, and a UTF-16 unit is at most three bytes.
  return text.length * 3 > limit && itemSize(item) > limit
}

function valueSize(value: AttributeValue): number {
  const type = typeOf(value)
  switch (type) {
    case 'S':
      return Buffer.byteLength(value.S!)
    case 'N':
      return numberSize(value.N!)
    case 'B':
      return Buffer.byteLength(value.B!, 'base64')
    case 'SS':
      return sum(value.SS!, (text) => Buffer.byteLength(text))
    case 'NS':
      return sum(value.NS!, numberSize)
    case 'BS':
      return sum(value.BS!, (text) => Buffer.byteLength(text, 'base64'))
    case 'L':
      return 3 + sum(value.L!, (member) => 1 + valueSize(member))
    case 'M':
      return 3 + Object.keys(value.M!).length + itemSize(value.M!)
    default:
      return 1
  }
}

/** A byte for two significant digits, one for the exponent, one for a minus sign. */
function numberSize(number: string): number {
  const digits = number.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length
  return Math.ceil(digits / 2) + 1 + (number.startsWith('-') ? 1 : 0)
}

function sum<T>(members: T[], size: (member: T) => number): number {
  return members.reduce((bytes, member) => bytes + size(member), 0)
}
