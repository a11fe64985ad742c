import type { Engine, Operation, Request } from './engine.ts'
import {
  type PlannedWrite,
  type ReadWrite,
  readCheck,
  readDelete,
  readPut,
  readUpdate,
} from './item-writes.ts'
import { allowOnly, listOf, missing, objectOf } from './reading.ts'
import { type CancellationReason, invalid, Refused, transactionCancelled } from './refuse.ts'

const transactMembers = new Set(['TransactItems', 'ClientRequestToken'])
const transactLimit = 100
const transactBytes = 4 * 1024 * 1024
const batchMembers = new Set(['RequestItems'])
const batchLimit = 25

/** All of it or nothing. */
export const transactWriteItems: Operation = async (engine, request, body) => {
  allowOnly(request, transactMembers)
  const { writer, changing, tokens } = engine
  const written = listOf(request.TransactItems, 'transactItems', transactLimit)
  const writes = written.map((item) => readOperation(engine, objectOf(item, 'transactItem')))
  const rows = distinctRows(writes, 'Transaction request cannot include multiple operations on one item')
  if (tokens.wasUsed(request.ClientRequestToken, body)) {
    await writer.settled()
    return '{}'
  }
  const planned = planAll(engine, writes)
  if (planned instanceof Refused) {
    await writer.settledFor(rows)
    throw planned
  }
  const bytes = planned.reduce((sum, { change }) => sum + (change.after?.text.length ?? 0), 0)
  if (bytes > transactBytes) throw invalid('Transaction request size has exceeded the maximum of 4 MB')
  for (const { change } of planned) changing.apply(change)
  tokens.use(request.ClientRequestToken, body, writer)
  await writer.settled()
  return '{}'
}

const operations: Record<string, (engine: Engine, request: Request) => ReadWrite> = {
  ConditionCheck: readCheck,
  Put: readPut,
  Delete: readDelete,
  Update: readUpdate,
}

function readOperation(engine: Engine, item: Request): ReadWrite {
  const [name, ...others] = Object.keys(item)
  if (name === undefined || others.length > 0)
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete')
  const read = operations[name]
  if (!read) throw invalid(`${name} is not served by this endpoint`)
  const request = objectOf(item[name], name)
  if (request.ReturnValues !== undefined) throw invalid('ReturnValues is not a member of a transaction')
  if (name === 'Update' && request.UpdateExpression === undefined) throw missing('updateExpression')
  return read(engine, request)
}

function distinctRows(writes: ReadWrite[], message: string): string[] {
  const rows = writes.map(({ row }) => row)
  if (new Set(rows).size !== rows.length) throw invalid(message)
  return rows
}

/** The plans of all writes, or why not. */
function planAll({ writer }: Engine, writes: ReadWrite[]): PlannedWrite[] | Refused {
  const reasons: CancellationReason[] = []
  const planned: PlannedWrite[] = []
  for (const { row, plan } of writes) {
    try {
      planned.push(plan(writer.latest(row)))
      reasons.push({ Code: 'None' })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      reasons.push(reasonOf(error))
    }
  }
  return planned.length === writes.length ? planned : transactionCancelled(reasons)
}

function reasonOf({ type, message, members }: Refused): CancellationReason {
  const Code = type.endsWith('#ConditionalCheckFailedException')
    ? 'ConditionalCheckFailed'
    : 'ValidationError'
  return { Code, Message: message, ...members }
}

/** Up to 25 puts and deletes without conditions. Here they are written together; AWS promises less. */
export const batchWriteItem: Operation = async (engine, request) => {
  allowOnly(request, batchMembers)
  const { writer, changing } = engine
  const asked = Object.entries(objectOf(request.RequestItems, 'requestItems'))
  const writes = asked.flatMap(([TableName, list]) =>
    listOf(list, 'writeRequests', batchLimit).map((item) =>
      readBatched(engine, TableName, objectOf(item, 'item')),
    ),
  )
  if (writes.length > batchLimit) throw invalid('Too many items requested for the BatchWriteItem call')
  distinctRows(writes, 'Provided list of item keys contains duplicates')
  for (const { row, plan } of writes) changing.apply(plan(writer.latest(row)).change)
  await writer.settled()
  return '{"UnprocessedItems":{}}'
}

function readBatched(engine: Engine, TableName: string, item: Request): ReadWrite {
  const [name, ...others] = Object.keys(item)
  if (others.length > 0 || (name !== 'PutRequest' && name !== 'DeleteRequest'))
    throw invalid('A write request must contain exactly one of PutRequest or DeleteRequest')
  const request = objectOf(item[name], name)
  return name === 'PutRequest'
    ? readPut(engine, { TableName, Item: request.Item })
    : readDelete(engine, { TableName, Key: request.Key })
}
