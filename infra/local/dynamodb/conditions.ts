import type { AttributeValue, Item } from './attribute-value.ts'
import { typeOf } from './attribute-value.ts'
import { beginsWith, contains, equal, order } from './compare.ts'
import type { Condition, Operand, Values } from './expressions.ts'
import { valueAt } from './paths.ts'

/** Whether a condition holds for an item; an absent item is an empty one. */
export function holds(condition: Condition, item: Item, values: Values): boolean {
  const { name, conditions, operands } = condition
  if (name === 'and') return conditions.every((part) => holds(part, item, values))
  if (name === 'or') return conditions.some((part) => holds(part, item, values))
  if (name === 'not') return !holds(conditions[0]!, item, values)
  const [first, ...others] = operands.map((operand) => resolve(operand, item, values))
  return compare(name, first, others)
}

function resolve(operand: Operand, item: Item, values: Values): AttributeValue | undefined {
  if (operand.kind === 'path') return valueAt(item, operand.path)
  if (operand.kind === 'value') return values[operand.name]
  return size(resolve(operand.operands[0]!, item, values))
}

/** What `size(path)` answers. */
function size(value: AttributeValue | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined
  if (value.S !== undefined) return { N: String(Buffer.byteLength(value.S)) }
  if (value.B !== undefined) return { N: String(Buffer.byteLength(value.B, 'base64')) }
  if (value.M) return { N: String(Object.keys(value.M).length) }
  const members = value.L ?? value.SS ?? value.NS ?? value.BS
  return members && { N: String(members.length) }
}

/** The comparisons and functions of conditions; a missing value compares with nothing. */
function compare(
  name: string,
  value: AttributeValue | undefined,
  others: (AttributeValue | undefined)[],
): boolean {
  if (name === 'attribute_exists') return value !== undefined
  if (name === 'attribute_not_exists') return value === undefined
  const other = others[0]
  if (name === '<>') return value === undefined || other === undefined || !equal(value, other)
  if (value === undefined || other === undefined) return false
  switch (name) {
    case '=':
      return equal(value, other)
    case 'between':
      return atLeast(value, other) && others[1] !== undefined && atLeast(others[1], value)
    case 'in':
      return others.some((candidate) => candidate !== undefined && equal(value, candidate))
    case 'contains':
      return contains(value, other)
    case 'begins_with':
      return beginsWith(value, other)
    case 'attribute_type':
      return typeOf(value) === other.S
    default:
      return inOrder(name, order(value, other))
  }
}

function atLeast(value: AttributeValue, lower: AttributeValue): boolean {
  return inOrder('>=', order(value, lower))
}

function inOrder(name: string, difference: number | undefined): boolean {
  if (difference === undefined) return false
  if (name === '<') return difference < 0
  if (name === '<=') return difference <= 0
  if (name === '>') return difference > 0
  return difference >= 0
}
