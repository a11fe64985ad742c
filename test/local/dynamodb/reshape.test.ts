import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { CannotStart } from '../../../infra/local/data-folder.ts'
import { tableInput } from '../../../infra/local/table-input.ts'
import { freshFolder, type Opened, open } from './folder.ts'

const TableName = 'of-earlier'
const today = tableInput(TableName)

/** The table as a release without gsi3 and with a leaner gsi1 made it. */
const earlier = {
  ...today,
  AttributeDefinitions: today.AttributeDefinitions!.filter((row) => !row.AttributeName!.startsWith('gsi3')),
  GlobalSecondaryIndexes: [
    { ...today.GlobalSecondaryIndexes![0]!, Projection: { ProjectionType: 'KEYS_ONLY' as const } },
    today.GlobalSecondaryIndexes![1]!,
  ],
}

async function openEarlier(): Promise<Opened> {
  const opened = await open(freshFolder())
  await opened.client.send(new CreateTableCommand(earlier))
  for (let n = 0; n < 700; n++) {
    const keys = { gsi1pk: 'one', gsi1sk: String(n), gsi3pk: 'three', gsi3sk: String(n) }
    // Not awaited one by one: 700 syncs would take their time.
    void opened.db.send(
      new PutCommand({ TableName, Item: { pk: String(n), sk: 'x', status: 'old', ...keys } }),
    )
  }
  await opened.db.send(new PutCommand({ TableName, Item: { pk: 'without', sk: 'x' } }))
  return opened
}

const list = async ({ db }: Opened, index: string, value: string) =>
  (
    await db.send(
      new QueryCommand({
        TableName,
        IndexName: index,
        KeyConditionExpression: `${index}pk = :v`,
        ExpressionAttributeValues: { ':v': value },
      }),
    )
  ).Items!

test('G10 a table of an earlier release gets the indexes of today, filled, and keeps them', async () => {
  const first = await openEarlier()
  expect((await list(first, 'gsi1', 'one'))[0]).not.toHaveProperty('status')

  expect(await first.dynamo.reshape(today)).toBe(true)
  expect(await first.dynamo.reshape(today)).toBe(false)
  await first.dynamo.close()
  const second = await open(first.dir, first.clock)

  expect(await list(second, 'gsi3', 'three')).toHaveLength(700)
  expect((await list(second, 'gsi1', 'one'))[0]).toMatchObject({ status: 'old' })
  expect(await second.dynamo.reshape(today)).toBe(false)
  const moving = { UpdateExpression: 'REMOVE gsi3pk', TableName, Key: { pk: '0', sk: 'x' } }
  await second.db.send(new UpdateCommand(moving))
  expect(await list(second, 'gsi3', 'three')).toHaveLength(699)
  const { Table } = await second.client.send(new DescribeTableCommand({ TableName }))
  expect(Table!.GlobalSecondaryIndexes).toHaveLength(3)
})

test('a table that is not there has nothing to reshape', async () => {
  const { dynamo } = await open(freshFolder())

  expect(await dynamo.reshape(today)).toBe(false)
})

test('another primary key is refused', async () => {
  const opened = await openEarlier()
  const KeySchema = [{ AttributeName: 'sk', KeyType: 'HASH' as const }]

  await expect(opened.dynamo.reshape({ ...today, KeySchema })).rejects.toBeInstanceOf(CannotStart)
})
