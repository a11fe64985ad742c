import { spawnSync } from 'node:child_process'
import {
  CreateTableCommand,
  DeleteTableCommand,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { CannotStart } from '../../../infra/local/data-folder.ts'
import { openDynamo } from '../../../infra/local/dynamodb/open.ts'
import { tableInput } from '../../../infra/local/table-input.ts'
import { freshFolder, open, openFresh, TableName } from './folder.ts'

test('what was written is there after closing and opening', async () => {
  const first = await openFresh()
  await first.db.send(new PutCommand({ TableName, Item: { pk: 'a', sk: 'b', gsi1pk: 'l', gsi1sk: '1' } }))
  await first.dynamo.close()

  const { db } = await open(first.dir)

  expect((await db.send(new GetCommand({ TableName, Key: { pk: 'a', sk: 'b' } }))).Item).toBeDefined()
  const listed = new QueryCommand({
    TableName,
    IndexName: 'gsi1',
    KeyConditionExpression: 'gsi1pk = :l',
    ExpressionAttributeValues: { ':l': 'l' },
  })
  expect((await db.send(listed)).Count).toBe(1)
})

test('a second process on the same folder is told so in one sentence', async () => {
  const { dir } = await openFresh()
  const script = `
    import { openDynamo } from './infra/local/dynamodb/open.ts'
    openDynamo({ dir: ${JSON.stringify(dir)}, clock: {}, log: {} }).catch((error) => console.log(error.message))`

  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })

  expect(stdout).toMatch(/is in use by another process/)
  await expect(open(dir)).rejects.toBeInstanceOf(CannotStart)
})

test('operations that are not served are refused and named in the log', async () => {
  const { client, log } = await openFresh()

  const unknown = { name: 'UnknownOperationException' }
  await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toMatchObject(unknown)
  const Statement = 'SELECT * FROM x'
  await expect(client.send(new ExecuteStatementCommand({ Statement }))).rejects.toMatchObject(unknown)

  expect(log.lines.map(({ message }) => message)).toEqual([
    expect.stringContaining('DynamoDB_20120810.DeleteTable'),
    expect.stringContaining('DynamoDB_20120810.ExecuteStatement'),
  ])
})

test('parameters that are not served are refused by name', async () => {
  const { client } = await openFresh()
  const Key = { pk: { S: 'a' }, sk: { S: 'b' } }

  const legacy = client.send(new PutItemCommand({ TableName, Item: Key, Expected: { a: { Exists: false } } }))
  const metered = client.send(new GetItemCommand({ TableName, Key, ReturnConsumedCapacity: 'TOTAL' }))

  await expect(legacy).rejects.toThrow(/Expected is not served/)
  await expect(metered).rejects.toThrow(/ReturnConsumedCapacity is not served/)
})

test.each([
  ['a local index', { LocalSecondaryIndexes: [] }],
  ['a stream of another kind', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } }],
  ['a key without definition', { AttributeDefinitions: [] }],
] as const)('a table with %s is refused', async (_, change) => {
  const { client } = await openFresh()

  const making = client.send(new CreateTableCommand({ ...tableInput('other'), ...change } as never))

  await expect(making).rejects.toMatchObject({ name: 'ValidationException' })
})

test.each([
  ['no JSON', '{'],
  ['a list', '[]'],
  ['a table that is an object', '{"TableName":{}}'],
  ['a key that is text', `{"TableName":"${TableName}","Key":"x"}`],
  ['a value of no type', `{"TableName":"${TableName}","Key":{"pk":{},"sk":{"S":"x"}}}`],
  ['a value of two types', `{"TableName":"${TableName}","Key":{"pk":{"S":"a","N":"1"},"sk":{"S":"x"}}}`],
  ['a value of a made-up type', `{"TableName":"${TableName}","Key":{"pk":{"toString":"a"},"sk":{"S":"x"}}}`],
  ['names that are a list', `{"TableName":"${TableName}","Key":{},"ExpressionAttributeNames":[]}`],
])('%s as a body is a refusal, not a failure', async (_, body) => {
  const { dynamo } = await openFresh()

  const reply = await dynamo.handle({ target: 'DynamoDB_20120810.GetItem', body })

  expect(reply.status).toBe(400)
  expect(JSON.parse(reply.body).__type).toMatch(/ValidationException|SerializationException/)
})

test('attributes named like parts of an object are ordinary', async () => {
  const { dynamo } = await openFresh()
  const call = (operation: string, body: string) =>
    dynamo.handle({ target: `DynamoDB_20120810.${operation}`, body })
  const key = '"pk":{"S":"a"},"sk":{"S":"b"}'

  await call('PutItem', `{"TableName":"${TableName}","Item":{${key},"__proto__":{"M":{"x":{"S":"y"}}}}}`)
  await call(
    'UpdateItem',
    `{"TableName":"${TableName}","Key":{${key}},"UpdateExpression":"SET #p.#c = :v","ExpressionAttributeNames":{"#p":"__proto__","#c":"constructor"},"ExpressionAttributeValues":{":v":{"S":"z"}}}`,
  )

  const { body } = await call('GetItem', `{"TableName":"${TableName}","Key":{${key}}}`)
  expect(body).toContain('"__proto__":{"M":{"x":{"S":"y"},"constructor":{"S":"z"}}}')
})

test('ten thousand items open in under a second', async () => {
  const first = await openFresh()
  const item = (n: number) => ({
    pk: `P#${n}`,
    sk: 'META',
    gsi2pk: 'OPEN#1',
    gsi2sk: String(n),
    text: 'x'.repeat(500),
  })
  await Promise.all(
    Array.from({ length: 400 }, (_, batch) => {
      const requests = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: item(batch * 25 + n) } }))
      return first.db.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }))
    }),
  )
  await first.dynamo.close()

  const before = performance.now()
  const dynamo = await openDynamo({ dir: first.dir, clock: first.clock, log: first.log })
  const took = performance.now() - before
  await dynamo.close()

  expect(took).toBeLessThan(1000)
})

test('a folder that cannot be made is named', async () => {
  const { dir } = await openFresh()

  await expect(open(`${dir}/dynamodb/CURRENT/x`)).rejects.toBeInstanceOf(CannotStart)
  expect(freshFolder()).not.toBe(dir)
})
