import type { Operation } from './engine.ts'
import { allowOnly, objectOf } from './reading.ts'
import { invalid, noSuchTable } from './refuse.ts'
import type { Table } from './table.ts'
import type { Tables } from './tables.ts'

const named = new Set(['TableName'])
const listMembers = new Set(['ExclusiveStartTableName', 'Limit'])
const ttlMembers = new Set(['TableName', 'TimeToLiveSpecification'])

export const createTable: Operation = async ({ tables, writer, clock }, request) => {
  const { description } = tables.create(request, clock.now(), writer)
  await writer.settled()
  return JSON.stringify({ TableDescription: description })
}

export const describeTable: Operation = ({ tables }, request) => {
  allowOnly(request, named)
  return JSON.stringify({ Table: find(tables, request.TableName).description })
}

function find(tables: Tables, name: unknown): Table {
  const table = tables.all().find((candidate) => candidate.name === name)
  if (!table) throw noSuchTable(`Requested resource not found: Table: ${String(name)} not found`)
  return table
}

export const listTables: Operation = ({ tables }, request) => {
  allowOnly(request, listMembers)
  const { ExclusiveStartTableName: start, Limit = 100 } = request
  const names = tables.all().map(({ name }) => name)
  const rest = typeof start === 'string' ? names.filter((name) => name > start) : names
  const page = rest.slice(0, Number(Limit))
  const next = page.length < rest.length ? { LastEvaluatedTableName: page.at(-1) } : {}
  return JSON.stringify({ TableNames: page, ...next })
}

export const describeTimeToLive: Operation = ({ tables }, request) => {
  allowOnly(request, named)
  const { ttl } = tables.get(request.TableName)
  const description = ttl
    ? { TimeToLiveStatus: 'ENABLED', AttributeName: ttl }
    : { TimeToLiveStatus: 'DISABLED' }
  return JSON.stringify({ TimeToLiveDescription: description })
}

export const updateTimeToLive: Operation = async ({ tables, writer, expiry }, request) => {
  allowOnly(request, ttlMembers)
  const table = tables.get(request.TableName)
  const specification = objectOf(request.TimeToLiveSpecification, 'timeToLiveSpecification')
  const { Enabled, AttributeName } = specification
  if (typeof Enabled !== 'boolean' || typeof AttributeName !== 'string' || AttributeName === '')
    throw invalid('TimeToLiveSpecification must have Enabled and AttributeName')
  if (Enabled && table.ttl !== undefined) throw invalid('TimeToLive is already enabled')
  if (!Enabled && table.ttl === undefined) throw invalid('TimeToLive is already disabled')
  if (!Enabled && table.ttl !== AttributeName)
    throw invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttl}`)
  tables.setTtl(table, Enabled ? AttributeName : undefined, writer)
  await writer.settled()
  await expiry.rebuild(table)
  return JSON.stringify({ TimeToLiveSpecification: { Enabled, AttributeName } })
}
