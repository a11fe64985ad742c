import type { AttributeValue } from './attribute-value.ts'
import type { Condition, Values } from './expressions.ts'
import { invalid } from './refuse.ts'
import type { SortCondition } from './row-keys.ts'
import type { KeySchema } from './table.ts'

const operators: Record<string, SortCondition['operator']> = {
  '=': '=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  between: 'between',
  begins_with: 'begins_with',
}
const mirrored: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

interface KeyCondition {
  partition: AttributeValue
  sort: SortCondition | undefined
}

/**
 * What a key condition asks of the partition key and the sort key.
 *
 * @throws {Refused} ValidationException for what no query can find.
 */
export function readKeyCondition(condition: Condition, keys: KeySchema, values: Values): KeyCondition {
  const parts = condition.name === 'and' ? condition.conditions : [condition]
  const byName = new Map<string, SortCondition>()
  for (const part of parts) {
    const { name, ...sortCondition } = readKeyPart(part, values)
    if (byName.has(name)) throw invalid('KeyConditionExpressions must only contain one condition per key')
    byName.set(name, sortCondition)
  }
  const partition = byName.get(keys.partition.name)
  if (!partition) throw invalid(`Query condition missed key schema element: ${keys.partition.name}`)
  if (partition.operator !== '=') throw invalid('Query key condition not supported')
  const sort = keys.sort && byName.get(keys.sort.name)
  if (byName.size > (sort ? 2 : 1)) {
    throw keys.sort
      ? invalid(`Query condition missed key schema element: ${keys.sort.name}`)
      : invalid('Query key condition not supported')
  }
  checkType(partition, keys.partition.type)
  if (sort) checkType(sort, keys.sort!.type)
  return { partition: partition.values[0]!, sort }
}

function readKeyPart({ name, operands }: Condition, values: Values): SortCondition & { name: string } {
  const [first, ...rest] = operands
  const turned = first?.kind === 'value' && rest[0]?.kind === 'path'
  const path = turned ? rest[0] : first
  const others = turned ? [first] : rest
  const operator = operators[turned ? (mirrored[name] ?? name) : name]
  if (!operator) throw invalid(`Invalid operator used in KeyConditionExpression: ${name.toUpperCase()}`)
  if (path?.kind !== 'path')
    throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified')
  if (path.path.length > 1)
    throw invalid('KeyConditionExpressions cannot have conditions on nested attributes')
  const given = others.map((operand) => {
    if (operand.kind === 'value') return values[operand.name]!
    throw invalid(
      'Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
    )
  })
  return { name: path.path[0] as string, operator, values: given }
}

function checkType(condition: SortCondition, type: 'S' | 'N' | 'B'): void {
  for (const value of condition.values) {
    if (value[type] === undefined) {
      throw invalid(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      )
    }
    if (value[type] === '') {
      throw invalid(
        'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an ' +
          'empty string value.',
      )
    }
  }
}
