import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { inject } from 'vitest'
import { type Dynamo, openDynamo } from '../../../infra/local/dynamodb/open.ts'
import { shortWay } from '../../../infra/local/short-way.ts'
import { tableInput } from '../../../infra/local/table-input.ts'
import { inProcess, listen, unsigned } from '../../../infra/local/wire.ts'
import { fakeClock } from '../../fake-clock.ts'
import { keptLog } from '../../local/kept-log.ts'
import { settingsFor } from '../targets.ts'

/** A DynamoDB that holds the one table. */
export interface Subject {
  client: DynamoDBClient
  db: DynamoDBDocumentClient
  table: string
  close(): Promise<void>
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const common = { region: 'us-east-1', credentials, maxAttempts: 1 }

/** An SDK client that calls an endpoint of this process, as those of the local account do. */
export function clientOf(dynamo: Dynamo): DynamoDBClient {
  const client = new DynamoDBClient({ ...common, ...unsigned, requestHandler: inProcess(dynamo) })
  shortWay(client)
  return client
}

/** Ways to reach a DynamoDB: both of the local one, or the one that `npm run contract` was pointed at. */
export function openers(): { name: string; open: () => Promise<Subject> }[] {
  const target = inject('contract')?.dynamodb
  if (target) return [{ name: target, open: () => openElsewhere(target) }]
  return [
    { name: 'the local endpoint in process', open: () => openLocal(async (dynamo) => [clientOf(dynamo)]) },
    { name: 'the local endpoint over HTTP', open: () => openLocal(overHttp) },
  ]
}

type Reached = [client: DynamoDBClient, close?: () => Promise<void>]

async function overHttp(dynamo: Dynamo): Promise<Reached> {
  const { url, close } = await listen(dynamo, credentials.accessKeyId)
  const client = new DynamoDBClient({ ...common, endpoint: url })
  return [
    client,
    async () => {
      client.destroy()
      await close()
    },
  ]
}

async function openLocal(reach: (dynamo: Dynamo) => Promise<Reached>): Promise<Subject> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-dynamodb-'))
  const dynamo = await openDynamo({ dir, clock: fakeClock(), log: keptLog() })
  const [client, close] = await reach(dynamo)
  return withTable(client, 'contract', async () => {
    await close?.()
    await dynamo.close()
    await rm(dir, { recursive: true })
  })
}

async function openElsewhere(target: string): Promise<Subject> {
  const client = new DynamoDBClient(settingsFor(target))
  const table = `sluice-contract-${randomUUID().slice(0, 8)}`
  return withTable(client, table, async () => {
    await client.send(new DeleteTableCommand({ TableName: table })).catch((error: Error) => {
      // The local account, over HTTP, serves what the product asks and nothing else: its table goes with its folder.
      if (error.name !== 'UnknownOperationException') throw error
    })
    client.destroy()
  })
}

async function withTable(
  client: DynamoDBClient,
  table: string,
  close: () => Promise<void>,
): Promise<Subject> {
  await client.send(new CreateTableCommand(tableInput(table)))
  await waitUntilTableExists({ client, maxWaitTime: 120 }, { TableName: table })
  return { client, db: DynamoDBDocumentClient.from(client), table, close }
}

/** A key that no other test uses. */
export function freshKey(sk = 'META'): { pk: string; sk: string } {
  return { pk: `P#${randomUUID()}`, sk }
}

/** How an SDK client shows that a request was refused. */
export const validation = { name: 'ValidationException' }

type Without<Input> = Omit<Input, 'TableName'>
type Attributes = Record<string, unknown>

/** The calls of the checks, short. */
export function callsOn(subject: () => Subject) {
  const TableName = () => subject().table
  const put = (input: Without<PutCommandInput>) =>
    subject().db.send(new PutCommand({ TableName: TableName(), ...input } as PutCommandInput))
  const get = async (Key: Attributes, more: Partial<GetCommandInput> = {}) => {
    const command = new GetCommand({ TableName: TableName(), Key, ConsistentRead: true, ...more })
    return (await subject().db.send(command)).Item
  }
  const update = (input: Without<UpdateCommandInput>) =>
    subject().db.send(new UpdateCommand({ TableName: TableName(), ...input } as UpdateCommandInput))
  const remove = (input: Without<DeleteCommandInput>) =>
    subject().db.send(new DeleteCommand({ TableName: TableName(), ...input } as DeleteCommandInput))
  const query = (input: Without<QueryCommandInput>) =>
    subject().db.send(new QueryCommand({ TableName: TableName(), ...input }))

  /** The key of an item that is there, with these attributes. */
  const stored = async (attributes: Attributes) => {
    const key = freshKey()
    await put({ Item: { ...key, ...attributes } })
    return key
  }

  /** What an update expression makes of an item. */
  const updated = async (attributes: Attributes, UpdateExpression: string, values?: Attributes) => {
    const key = await stored(attributes)
    await update({ Key: key, UpdateExpression, ...(values && { ExpressionAttributeValues: values }) })
    const { pk: _pk, sk: _sk, ...rest } = (await get(key)) as Attributes
    return rest
  }

  return { TableName, put, get, update, remove, query, stored, updated }
}
