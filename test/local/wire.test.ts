import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Call, Endpoint } from '../../infra/local/endpoint.ts'
import { inProcess, type Listening, listen } from '../../infra/local/wire.ts'

const calls: Call[] = []
const endpoint: Endpoint = {
  service: 'DYNAMODB',
  async handle(call) {
    calls.push(call)
    return { status: 200, headers: {}, body: JSON.stringify({ TableNames: ['é'] }) }
  },
}
let listening: Listening

beforeAll(async () => {
  listening = await listen(endpoint, 'AKTHISSTART')
})
afterAll(() => listening.close())

function client(options: ConstructorParameters<typeof DynamoDBClient>[0]): DynamoDBClient {
  return new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKTHISSTART', secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...options,
  })
}

test('an SDK client speaks with an endpoint over loopback and in process alike', async () => {
  const overHttp = await client({ endpoint: listening.url }).send(new ListTablesCommand({}))
  const direct = await client({ requestHandler: inProcess(endpoint) }).send(new ListTablesCommand({}))

  expect(overHttp.TableNames).toEqual(['é'])
  expect(direct.TableNames).toEqual(['é'])
  expect(calls.slice(-2).map((call) => call.target)).toEqual([
    'DynamoDB_20120810.ListTables',
    'DynamoDB_20120810.ListTables',
  ])
  expect(calls.at(-2)?.body).toBe(calls.at(-1)?.body)
})

test.each([
  ['without this start’s key', { authorization: 'AWS4-HMAC-SHA256 Credential=AKOTHER/x' }],
  ['without any key', {}],
  [
    'with an Origin',
    { authorization: 'AWS4-HMAC-SHA256 Credential=AKTHISSTART/x', origin: 'http://127.0.0.1' },
  ],
])('M18 a call %s is 403 and reaches nothing', async (_, headers) => {
  const before = calls.length

  const response = await fetch(listening.url, { method: 'POST', headers, body: '{}' })

  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ __type: 'AccessDeniedException' })
  expect(calls.length).toBe(before)
})
