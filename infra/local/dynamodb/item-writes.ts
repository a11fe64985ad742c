import { checkItem, type Item } from './attribute-value.ts'
import { type ItemChange, storedItem } from './changing.ts'
import { holds } from './conditions.ts'
import type { Engine, Operation, Request } from './engine.ts'
import type { UpdateAction } from './expressions.ts'
import { type Path, project } from './paths.ts'
import { allowOnly, type Common, objectOf, readCommon, readKey, wordOf } from './reading.ts'
import { conditionFailed, invalid } from './refuse.ts'
import { itemRow } from './row-keys.ts'
import type { StoredItem } from './stored-item.ts'
import { checkIndexKeys, checkItemKeys, type Table } from './table.ts'
import { applyUpdate } from './updates.ts'

/** A write that can be done as things stand. */
export interface PlannedWrite {
  change: ItemChange
  /** JSON of the reply. */
  reply: string
}

/** A write, checked as far as that is possible without the item it meets. */
export interface ReadWrite {
  table: Table
  row: string
  /**
   * Works out what becomes of the item.
   *
   * @throws {Refused} ConditionalCheckFailedException, or ValidationException for an update that does not fit it.
   */
  plan(before: StoredItem | undefined): PlannedWrite
}

const common = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValuesOnConditionCheckFailure',
]
const putMembers = new Set([...common, 'Item', 'ReturnValues'])
const deleteMembers = new Set([...common, 'Key', 'ReturnValues'])
const updateMembers = new Set([...common, 'Key', 'ReturnValues', 'UpdateExpression'])
const checkMembers = new Set([...common, 'Key'])

export function readPut(engine: Engine, request: Request): ReadWrite {
  allowOnly(request, putMembers)
  const read = readCommon(engine.tables, request)
  const { table } = read
  const item = objectOf(request.Item, 'item')
  checkItem(item)
  checkItemKeys(table, item)
  const after = storedItem(item)
  const returns = wordOf(request.ReturnValues, 'returnValues', returnValues) ?? 'NONE'
  if (returns !== 'NONE' && returns !== 'ALL_OLD') throw invalid('ReturnValues can only be ALL_OLD or NONE')
  const check = conditionOf(read, request)
  const row = itemRow(table, item)
  return {
    table,
    row,
    plan(before) {
      check(before)
      return { change: { table, row, before, after }, reply: oldReply(returns, before) }
    },
  }
}

export function readDelete(engine: Engine, request: Request): ReadWrite {
  allowOnly(request, deleteMembers)
  const read = readCommon(engine.tables, request)
  const { table } = read
  const { row } = readKey(table, request.Key)
  const returns = wordOf(request.ReturnValues, 'returnValues', returnValues) ?? 'NONE'
  if (returns !== 'NONE' && returns !== 'ALL_OLD') throw invalid('ReturnValues can only be ALL_OLD or NONE')
  const check = conditionOf(read, request)
  return {
    table,
    row,
    plan(before) {
      check(before)
      return { change: { table, row, before, after: undefined }, reply: oldReply(returns, before) }
    },
  }
}

/** The ConditionCheck of a transaction: changes nothing. */
export function readCheck(engine: Engine, request: Request): ReadWrite {
  allowOnly(request, checkMembers)
  const read = readCommon(engine.tables, request)
  const { table } = read
  const { row } = readKey(table, request.Key)
  if (!read.parsed.condition) throw invalid('The ConditionExpression of a ConditionCheck must not be null')
  const check = conditionOf(read, request)
  return {
    table,
    row,
    plan(before) {
      check(before)
      return { change: { table, row, before, after: before }, reply: '{}' }
    },
  }
}

export function readUpdate(engine: Engine, request: Request): ReadWrite {
  allowOnly(request, updateMembers)
  const read = readCommon(engine.tables, request)
  const { table, parsed, values } = read
  const { key, row } = readKey(table, request.Key)
  const actions = parsed.update ?? []
  checkActions(table, actions, parsed.nested)
  const returns = wordOf(request.ReturnValues, 'returnValues', returnValues) ?? 'NONE'
  const check = conditionOf(read, request)
  // An update that only takes away does not make an item; an empty one does.
  const makes = actions.length === 0 || actions.some(({ action }) => action === 'set' || action === 'add')
  return {
    table,
    row,
    plan(before) {
      check(before)
      if (!before && !makes) return { change: { table, row, before, after: undefined }, reply: '{}' }
      const item = applyUpdate(before?.item ?? key, actions, values)
      checkIndexKeys(table, item)
      const after = storedItem(item, 'Item size to update has exceeded the maximum allowed size')
      const paths = actions.map(({ path }) => path)
      return { change: { table, row, before, after }, reply: updateReply(returns, paths, before, after) }
    },
  }
}

const returnValues = ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'] as const

/** What throws when the condition of the request does not hold. */
function conditionOf({ parsed, values }: Common, request: Request): (before: StoredItem | undefined) => void {
  const onFailure = wordOf(
    request.ReturnValuesOnConditionCheckFailure,
    'returnValuesOnConditionCheckFailure',
    ['ALL_OLD', 'NONE'] as const,
  )
  const { condition } = parsed
  return (before) => {
    if (!condition || holds(condition, before?.item ?? noItem, values)) return
    throw conditionFailed(onFailure === 'ALL_OLD' ? before?.item : undefined)
  }
}

const noItem: Item = {}

/** @throws {Refused} ValidationException for an update of the key, or of a part of an index key. */
function checkActions(table: Table, actions: UpdateAction[], nested: string[]): void {
  for (const { path } of actions) {
    if (path[0] !== table.partition.name && path[0] !== table.sort?.name) continue
    throw invalid(
      `One or more parameter values were invalid: Cannot update attribute ${path[0]}. ` +
        'This attribute is part of the key',
    )
  }
  if (nested.length === 0) return
  const keys = [table, ...table.indexes].flatMap(({ partition, sort }) => [partition.name, sort?.name])
  const wrong = nested.find((name) => keys.includes(name))
  if (wrong === undefined) return
  throw invalid(
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
      `Key: ${wrong}`,
  )
}

function oldReply(returns: 'NONE' | 'ALL_OLD', before: StoredItem | undefined): string {
  return returns === 'ALL_OLD' && before ? `{"Attributes":${before.text}}` : '{}'
}

function updateReply(
  returns: (typeof returnValues)[number],
  paths: Path[],
  before: StoredItem | undefined,
  after: StoredItem,
): string {
  if (returns === 'NONE') return '{}'
  if (returns === 'ALL_NEW') return `{"Attributes":${after.text}}`
  if (returns === 'ALL_OLD') return oldReply(returns, before)
  const source = returns === 'UPDATED_NEW' ? after : before
  if (!source) return '{}'
  const attributes = project(source.item, paths)
  return Object.keys(attributes).length === 0 ? '{}' : JSON.stringify({ Attributes: attributes })
}

/** An operation that writes one item. */
function single(read: (engine: Engine, request: Request) => ReadWrite): Operation {
  return async (engine, request) => {
    const { writer, changing } = engine
    const { row, plan } = read(engine, request)
    let reply: string
    try {
      const planned = plan(writer.latest(row))
      changing.apply(planned.change)
      reply = planned.reply
    } catch (error) {
      // What the refusal rests on must be as durable as a success.
      await writer.settledFor([row])
      throw error
    }
    await writer.settledFor([row])
    return reply
  }
}

export const putItem = single(readPut)
export const deleteItem = single(readDelete)
export const updateItem = single(readUpdate)
