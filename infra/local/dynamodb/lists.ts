import { type AttributeValue, attribute, checkItem, type Item } from './attribute-value.ts'
import { holds } from './conditions.ts'
import type { Engine, Operation, Request } from './engine.ts'
import type { Condition, Expressions, Values } from './expressions.ts'
import { project } from './paths.ts'
import { allowOnly, objectOf, readCommon, wordOf } from './reading.ts'
import { invalid } from './refuse.ts'
import {
  indexRow,
  itemRow,
  partitionRange,
  places,
  type Range,
  rowsFrom,
  type SortCondition,
} from './row-keys.ts'
import { checkKey, type Index, primaryKey, type Table } from './table.ts'

const common = [
  'TableName',
  'IndexName',
  'Limit',
  'Select',
  'ConsistentRead',
  'ExclusiveStartKey',
  'FilterExpression',
  'ProjectionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
]
const queryMembers = new Set([...common, 'KeyConditionExpression', 'ScanIndexForward'])
const scanMembers = new Set(common)
const pageBytes = 1024 * 1024

export const query: Operation = async (engine, request) => {
  allowOnly(request, queryMembers)
  const { table, parsed, values } = readCommon(engine.tables, request)
  const index = readIndex(table, request)
  if (!parsed.keyCondition)
    throw invalid(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    )
  const { partition, sort } = readKeyCondition(parsed.keyCondition, index ?? table, values)
  checkFilter(parsed, index ?? table)
  const range = partitionRange(table, index, partition, sort)
  return page(engine, request, {
    table,
    index,
    parsed,
    values,
    range,
    reverse: request.ScanIndexForward === false,
  })
}

export const scan: Operation = async (engine, request) => {
  allowOnly(request, scanMembers)
  const { table, parsed, values } = readCommon(engine.tables, request)
  const index = readIndex(table, request)
  const place = index ? `${places.index}${table.name}/${index.name}/` : `${places.item}${table.name}/`
  return page(engine, request, { table, index, parsed, values, range: rowsFrom(place), reverse: false })
}

function readIndex(table: Table, request: Request): Index | undefined {
  const { IndexName } = request
  if (IndexName === undefined || IndexName === null) return undefined
  const index = table.indexes.find(({ name }) => name === IndexName)
  if (!index) throw invalid(`The table does not have the specified index: ${String(IndexName)}`)
  if (request.ConsistentRead === true)
    throw invalid('Consistent reads are not supported on global secondary indexes')
  if (request.Select === 'ALL_ATTRIBUTES' && index.projected) {
    throw invalid(
      'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global ' +
        `secondary index ${index.name} because its projection type is not ALL`,
    )
  }
  return index
}

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

/** What a key condition asks of the partition key and the sort key. */
function readKeyCondition(condition: Condition, keys: Table | Index, values: Values): KeyCondition {
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

function checkFilter({ filter }: Expressions, keys: Table | Index): void {
  if (!filter) return
  const names = [keys.partition.name, keys.sort?.name]
  const wrong = pathHeads(filter).find((name) => names.includes(name))
  if (wrong === undefined) return
  throw invalid(
    `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${wrong}`,
  )
}

function pathHeads({ conditions, operands }: Condition): string[] {
  const heads = operands.flatMap((operand) =>
    operand.kind === 'path'
      ? [operand.path[0] as string]
      : operand.kind === 'call'
        ? pathHeads({ name: '', conditions: [], operands: operand.operands })
        : [],
  )
  return [...heads, ...conditions.flatMap(pathHeads)]
}

interface Listing {
  table: Table
  index: Index | undefined
  parsed: Expressions
  values: Values
  range: Range
  reverse: boolean
}

/** Rows from where the page before ended, until the limit, a megabyte (of JSON, which is cheap to count) or the end. */
async function page({ storage }: Engine, request: Request, listing: Listing): Promise<string> {
  const { table, index, parsed, values, reverse } = listing
  const { filter, projection } = parsed
  const select = wordOf(request.Select, 'select', selects)
  const limit = readLimit(request.Limit)
  const range = continued(listing, request.ExclusiveStartKey)
  const texts: string[] = []
  let scanned = 0
  let count = 0
  let size = 0
  let last: string | undefined
  const options = { reverse, ...(limit !== undefined && { limit }) }
  reading: for await (const rows of storage.read(range, options)) {
    for (const { value } of rows) {
      scanned += 1
      size += Buffer.byteLength(value)
      const item = filter || projection ? (JSON.parse(value) as Item) : undefined
      if (!filter || holds(filter, item!, values)) {
        count += 1
        if (select !== 'COUNT') texts.push(projection ? JSON.stringify(project(item!, projection)) : value)
      }
      if (size < pageBytes && scanned !== limit) continue
      last = value
      break reading
    }
  }
  const items = select === 'COUNT' ? '' : `"Items":[${texts.join(',')}],`
  const next = last === undefined ? '' : `,"LastEvaluatedKey":${JSON.stringify(startKey(table, index, last))}`
  return `{${items}"Count":${count},"ScannedCount":${scanned}${next}}`
}

const selects = ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'] as const

function readLimit(written: unknown): number | undefined {
  if (written === undefined || written === null) return undefined
  if (typeof written === 'number' && Number.isInteger(written) && written >= 1) return written
  throw invalid(
    `1 validation error detected: Value '${String(written)}' at 'limit' failed to satisfy constraint: ` +
      'Member must have value greater than or equal to 1',
  )
}

function startKey(table: Table, index: Index | undefined, text: string): Item {
  const item = JSON.parse(text) as Item
  return index ? { ...primaryKey(index, item), ...primaryKey(table, item) } : primaryKey(table, item)
}

const wrongStart = 'The provided starting key is invalid'

/** The part of the range that is left after a start key. */
function continued({ table, index, range, reverse }: Listing, written: unknown): Range {
  if (written === undefined || written === null) return range
  const start = objectOf(written, 'exclusiveStartKey')
  checkItem(start)
  const row = Buffer.from(startRow(table, index, start))
  if (row.compare(range.gte) < 0 || row.compare(range.lt) >= 0)
    throw invalid('The provided starting key is outside query boundaries based on provided conditions')
  // No row lies between a row and the same with a zero byte.
  return reverse ? { ...range, lt: row } : { ...range, gte: Buffer.concat([row, zero]) }
}

const zero = Buffer.from([0])

function startRow(table: Table, index: Index | undefined, start: Item): string {
  const parts = [table, ...(index ? [index] : [])]
  const attributes = new Map(
    parts
      .flatMap(({ partition, sort }) => [partition, ...(sort ? [sort] : [])])
      .map((key) => [key.name, key.type]),
  )
  const fits = [...attributes].every(([name, type]) => attribute(start, name)?.[type] !== undefined)
  if (!fits || Object.keys(start).length !== attributes.size) throw invalid(wrongStart)
  checkKey(table, primaryKey(table, start))
  return (index ? indexRow(table, index, start) : itemRow(table, start)) ?? ''
}
