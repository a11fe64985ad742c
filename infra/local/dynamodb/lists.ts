import type { Operation, Request } from './engine.ts'
import type { Condition, Expressions } from './expressions.ts'
import { readKeyCondition } from './key-condition.ts'
import { page } from './page.ts'
import { allowOnly, readCommon } from './reading.ts'
import { invalid } from './refuse.ts'
import { partitionRange, places, rowsFrom } from './row-keys.ts'
import type { Index, KeySchema, Table } from './table.ts'

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

export const query: Operation = async (engine, request) => {
  allowOnly(request, queryMembers)
  const { table, parsed, values } = readCommon(engine.tables, request)
  const index = readIndex(table, request, parsed)
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
  const index = readIndex(table, request, parsed)
  const place = index ? `${places.index}${table.name}/${index.name}/` : `${places.item}${table.name}/`
  return page(engine, request, { table, index, parsed, values, range: rowsFrom(place), reverse: false })
}

function readIndex(table: Table, request: Request, { projection }: Expressions): Index | undefined {
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
  const foreign = projection?.find(([name]) => index.projected?.includes(name as string) === false)
  if (!foreign) return index
  throw invalid(
    'One or more parameter values were invalid: ' +
      `Global secondary index ${index.name} does not project [${foreign[0]}]`,
  )
}

function checkFilter({ filter }: Expressions, keys: KeySchema): void {
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
