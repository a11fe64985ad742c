import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type Dynamo, openDynamo } from '../../infra/local/dynamodb/open.ts'
import { tableInput } from '../../infra/local/table-input.ts'
import { inProcess } from '../../infra/local/wire.ts'
import { fakeClock } from '../fake-clock.ts'
import { keptLog } from '../local/kept-log.ts'

/** A DynamoDB that holds the table, local or the one that SLUICE_CONTRACT_DYNAMODB points at. */
export interface Subject {
  client: DynamoDBClient
  db: DynamoDBDocumentClient
  table: string
  close(): Promise<void>
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** Opens the local endpoint in a fresh folder. */
export async function openLocal(): Promise<{ dynamo: Dynamo; dir: string; client: DynamoDBClient }> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-dynamodb-'))
  const dynamo = await openDynamo({ dir, clock: fakeClock(), log: keptLog() })
  return { dynamo, dir, client: clientOf(dynamo) }
}

/** An unchanged SDK client that talks to an endpoint of this process. */
export function clientOf(dynamo: Dynamo): DynamoDBClient {
  return new DynamoDBClient({
    region: 'us-east-1',
    credentials,
    endpoint: 'http://127.0.0.1',
    requestHandler: inProcess(dynamo),
    maxAttempts: 1,
  })
}

export async function openSubject(): Promise<Subject> {
  const endpoint = process.env.SLUICE_CONTRACT_DYNAMODB
  if (endpoint) {
    // A URL means a server such as DynamoDB Local; `aws` means the account of the environment's credentials.
    const client = new DynamoDBClient(
      endpoint === 'aws' ? {} : { endpoint, region: 'us-east-1', credentials },
    )
    const table = `sluice-contract-${Date.now()}`
    await client.send(new CreateTableCommand(tableInput(table)))
    await waitUntilTableExists({ client, maxWaitTime: 120 }, { TableName: table })
    return subject(client, table, async () => client.destroy())
  }
  const { dynamo, dir, client } = await openLocal()
  await client.send(new CreateTableCommand(tableInput('contract')))
  return subject(client, 'contract', async () => {
    await dynamo.close()
    await rm(dir, { recursive: true })
  })
}

function subject(client: DynamoDBClient, table: string, close: () => Promise<void>): Subject {
  return { client, db: DynamoDBDocumentClient.from(client), table, close }
}
