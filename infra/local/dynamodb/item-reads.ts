import type { Engine, Operation, Request } from './engine.ts'
import { type Path, project } from './paths.ts'
import { allowOnly, listOf, objectOf, readCommon, readKey } from './reading.ts'
import { invalid } from './refuse.ts'
import type { StoredItem } from './stored-item.ts'
import type { Table } from './table.ts'

const getMembers = new Set([
  'TableName',
  'Key',
  'ConsistentRead',
  'ProjectionExpression',
  'ExpressionAttributeNames',
])
const batchMembers = new Set(['RequestItems'])
const batchTableMembers = new Set([
  'Keys',
  'ConsistentRead',
  'ProjectionExpression',
  'ExpressionAttributeNames',
])
const transactMembers = new Set(['TransactItems'])
const transactGetMembers = new Set(['TableName', 'Key', 'ProjectionExpression', 'ExpressionAttributeNames'])
const batchLimit = 100
const replyLimit = 16 * 1024 * 1024

/** The item, or the part of it that was asked for, as JSON. */
function itemText(stored: StoredItem, projection: Path[] | undefined): string {
  return projection ? JSON.stringify(project(stored.item, projection)) : stored.text
}

export const getItem: Operation = ({ tables, writer }, request) => {
  allowOnly(request, getMembers)
  const { table, parsed } = readCommon(tables, request)
  const stored = writer.committed(readKey(table, request.Key).row)
  return stored ? `{"Item":${itemText(stored, parsed.projection)}}` : '{}'
}

export const batchGetItem: Operation = ({ tables, writer }, request) => {
  allowOnly(request, batchMembers)
  const wanted = Object.entries(objectOf(request.RequestItems, 'requestItems')).map(([name, written]) => {
    const asked = objectOf(written, 'keysAndAttributes')
    allowOnly(asked, batchTableMembers)
    const { table, parsed } = readCommon(tables, { ...asked, TableName: name })
    return { name, asked, parsed, rows: readKeys(table, asked) }
  })
  if (wanted.reduce((count, { rows }) => count + rows.length, 0) > batchLimit)
    throw invalid('Too many items requested for the BatchGetItem call')
  const left: Request = {}
  let size = 0
  const responses = wanted.map(({ name, asked, parsed, rows }) => {
    const texts: string[] = []
    const unread: unknown[] = []
    rows.forEach((row, index) => {
      const stored = size > replyLimit ? undefined : writer.committed(row)
      if (size > replyLimit) unread.push((asked.Keys as unknown[])[index])
      if (!stored) return
      size += stored.text.length
      texts.push(itemText(stored, parsed.projection))
    })
    if (unread.length > 0) left[name] = { ...asked, Keys: unread }
    return `${JSON.stringify(name)}:[${texts.join(',')}]`
  })
  return `{"Responses":{${responses.join(',')}},"UnprocessedKeys":${JSON.stringify(left)}}`
}

function readKeys(table: Table, asked: Request): string[] {
  const rows = listOf(asked.Keys, 'keys', batchLimit).map((key) => readKey(table, key).row)
  if (new Set(rows).size !== rows.length) throw invalid('Provided list of item keys contains duplicates')
  return rows
}

/** Reads all its items at one moment: after the transactions before it, and before those after it. */
export const transactGetItems: Operation = async ({ tables, writer }: Engine, request) => {
  allowOnly(request, transactMembers)
  const gets = listOf(request.TransactItems, 'transactItems', batchLimit).map((written) => {
    const get = objectOf(objectOf(written, 'transactItem').Get, 'get')
    allowOnly(get, transactGetMembers)
    const { table, parsed } = readCommon(tables, get)
    return { row: readKey(table, get.Key).row, parsed }
  })
  const rows = gets.map(({ row }) => row)
  if (new Set(rows).size !== rows.length)
    throw invalid('Transaction request cannot include multiple operations on one item')
  const responses = gets.map(({ row, parsed }) => {
    const stored = writer.latest(row)
    return stored ? `{"Item":${itemText(stored, parsed.projection)}}` : '{}'
  })
  await writer.settledFor(rows)
  return `{"Responses":[${responses.join(',')}]}`
}
