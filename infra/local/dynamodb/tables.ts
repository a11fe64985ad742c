import { randomUUID } from 'node:crypto'
import createTable from 'dynalite/validations/createTable.js'
import validations from 'dynalite/validations/index.js'
import { invalid, noSuchTable, Refused, tableInUse } from './refuse.ts'
import { places, rowsFrom } from './row-keys.ts'
import type { Storage } from './storage.ts'
import { streamArn, tableArn } from './stream.ts'
import type { Index, KeyAttribute, KeySchema, KeyType, Table } from './table.ts'
import type { Writer } from './writer.ts'

type Members = Record<string, unknown>

/** The tables of the account, all of them in memory. */
export class Tables {
  readonly #tables = new Map<string, Table>()

  static async open(storage: Storage): Promise<Tables> {
    const tables = new Tables()
    for await (const rows of storage.read(rowsFrom(places.table)))
      for (const { value } of rows) tables.#take(toTable(JSON.parse(value) as Kept))
    return tables
  }

  all(): Table[] {
    return [...this.#tables.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** @throws {Refused} ResourceNotFoundException. */
  get(name: unknown): Table {
    const table = typeof name === 'string' ? this.#tables.get(name) : undefined
    if (table) return table
    if (typeof name !== 'string' || !/^[a-zA-Z0-9_.-]{3,255}$/.test(name))
      throw invalid(
        `Value '${String(name)}' at 'tableName' failed to satisfy constraint: it is no table name`,
      )
    throw noSuchTable()
  }

  /** @throws {Refused} ValidationException, ResourceInUseException. */
  create(request: Members, now: number, writer: Writer): Table {
    const { definition, streams } = readDefinition(request)
    const name = definition.TableName as string
    if (this.#tables.has(name)) throw tableInUse(name)
    const table = toTable({ description: describe(definition, streams, now), streams })
    this.keep(table, writer)
    return table
  }

  /** The table as a CreateTable request describes it today, with what stays of the one that there is. */
  read(request: Members, { description, ttl }: Table): Table {
    const { definition, streams } = readDefinition(request)
    const made = Number(description.CreationDateTime) * 1000
    return toTable({ description: describe(definition, streams, made), streams, ttl })
  }

  setTtl(table: Table, attribute: string | undefined, writer: Writer): void {
    table.ttl = attribute
    this.keep(table, writer)
  }

  /** Takes a table up, in memory and on disk. */
  keep(table: Table, writer: Writer): void {
    const { name, description, streams, ttl } = table
    this.#take(table)
    writer.setRow(places.table + name, JSON.stringify({ description, streams, ttl }))
  }

  #take(table: Table): void {
    this.#tables.set(table.name, table)
  }
}

type Kept = Pick<Table, 'description' | 'streams'> & { ttl?: string | undefined }

function toTable({ description, streams, ttl }: Kept): Table {
  const definition = description as unknown as Definition
  const types = new Map(definition.AttributeDefinitions.map((row) => [row.AttributeName, row.AttributeType]))
  const keys = keySchema(definition.KeySchema, types)
  const indexes = (definition.GlobalSecondaryIndexes ?? []).map((index) => readIndex(index, keys, types))
  return { name: definition.TableName, ...keys, indexes, streams, ttl, description }
}

function readDefinition(request: Members): { definition: Members; streams: boolean } {
  const streams = readStream(request.StreamSpecification)
  refuseUnserved(request)
  return { definition: checkedDefinition(request), streams }
}

interface Definition {
  TableName: string
  AttributeDefinitions: { AttributeName: string; AttributeType: KeyType }[]
  KeySchema: { AttributeName: string }[]
  GlobalSecondaryIndexes?: IndexDefinition[]
}

interface IndexDefinition {
  IndexName: string
  KeySchema: { AttributeName: string }[]
  Projection: { ProjectionType: 'ALL' | 'INCLUDE' | 'KEYS_ONLY'; NonKeyAttributes?: string[] }
}

function keySchema(schema: Definition['KeySchema'], types: Map<string, KeyType>): KeySchema {
  const [partition, sort] = schema.map(
    ({ AttributeName: name }): KeyAttribute => ({ name, type: types.get(name)! }),
  )
  return { partition: partition!, sort }
}

function readIndex(definition: IndexDefinition, table: KeySchema, types: Map<string, KeyType>): Index {
  const keys = keySchema(definition.KeySchema, types)
  const { ProjectionType, NonKeyAttributes = [] } = definition.Projection
  const keyNames = [table.partition, table.sort, keys.partition, keys.sort].flatMap((key) => key?.name ?? [])
  const projected = ProjectionType === 'ALL' ? undefined : [...new Set([...keyNames, ...NonKeyAttributes])]
  return { name: definition.IndexName, ...keys, projected }
}

function readStream(written: unknown): boolean {
  const { StreamEnabled = false, StreamViewType } = (written ?? {}) as Members
  if (StreamEnabled === false) return false
  if (StreamViewType === 'NEW_AND_OLD_IMAGES') return true
  throw invalid(`StreamViewType ${String(StreamViewType)} is not served here, only NEW_AND_OLD_IMAGES`)
}

const served = new Set([
  ...Object.keys(createTable.types),
  'StreamSpecification',
  // Of no consequence on one machine.
  'SSESpecification',
  'DeletionProtectionEnabled',
  'Tags',
  'TableClass',
])
served.delete('LocalSecondaryIndexes')

function refuseUnserved(request: Members): void {
  for (const name in request) if (!served.has(name)) throw invalid(`${name} is not served by this endpoint`)
}

/** dynalite's checks, with their wording. */
function checkedDefinition(request: Members): Members {
  try {
    const definition = validations.checkTypes({ ...request }, createTable.types)
    validations.checkValidations(definition, createTable.types, createTable.custom, {})
    return definition
  } catch (error) {
    const { body } = error as { body?: { __type: string; message?: string; Message?: string } }
    if (!body) throw error
    throw new Refused(body.__type, body.message ?? body.Message ?? '')
  }
}

/** What DescribeTable answers of a table: it is there at once. */
function describe(definition: Members, streams: boolean, now: number): Members {
  const { BillingMode, ...rest } = definition
  const arn = tableArn(String(definition.TableName))
  const indexes = definition.GlobalSecondaryIndexes as IndexDefinition[] | undefined
  const counts = { ItemCount: 0 }
  return {
    ...rest,
    TableArn: arn,
    TableId: randomUUID(),
    TableStatus: 'ACTIVE',
    CreationDateTime: now / 1000,
    TableSizeBytes: 0,
    ...counts,
    ...(BillingMode === 'PAY_PER_REQUEST' && { BillingModeSummary: { BillingMode } }),
    ProvisionedThroughput: definition.ProvisionedThroughput ?? {
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
    },
    ...(indexes && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        ...index,
        IndexArn: `${arn}/index/${index.IndexName}`,
        IndexStatus: 'ACTIVE',
        IndexSizeBytes: 0,
        ...counts,
      })),
    }),
    ...(streams && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      LatestStreamArn: streamArn(String(definition.TableName)),
      LatestStreamLabel: 'local',
    }),
  }
}
