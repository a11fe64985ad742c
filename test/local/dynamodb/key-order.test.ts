import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { type Opened, openFresh } from './folder.ts'

const TableName = 'other-keys'

/** A table whose sort key has another type. */
async function openWith(AttributeType: 'S' | 'N' | 'B'): Promise<Opened> {
  const opened = await openFresh()
  await opened.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  return opened
}

async function store({ db }: Opened, keys: unknown[]): Promise<void> {
  for (const sk of keys) await db.send(new PutCommand({ TableName, Item: { pk: 'p', sk } }))
}

async function find(
  { db }: Opened,
  condition = '',
  values: Record<string, unknown> = {},
): Promise<unknown[]> {
  const { Items } = await db.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: `pk = :p${condition}`,
      ExpressionAttributeValues: { ':p': 'p', ...values },
    }),
  )
  return Items!.map(({ sk }) => sk)
}

test('numbers as sort keys come in their order', async () => {
  const numbers = [-1e15, -100.5, -100, -1.5, -1, -0.25, 0, 0.001, 1, 1.01, 2, 10, 99.9, 100, 1e15]
  const opened = await openWith('N')

  await store(opened, [...numbers].reverse())

  expect(await find(opened)).toEqual(numbers)
  expect(await find(opened, ' AND sk BETWEEN :a AND :b', { ':a': -1, ':b': 1 })).toEqual([
    -1, -0.25, 0, 0.001, 1,
  ])
  expect(await find(opened, ' AND sk < :a', { ':a': -100 })).toEqual([-1e15, -100.5])
})

test('bytes as sort keys come in their order', async () => {
  const opened = await openWith('B')
  const keys = [[0], [0, 1], [1], [127], [128], [255], [255, 0]].map((bytes) => Uint8Array.from(bytes))

  await store(opened, [...keys].reverse())

  expect(await find(opened)).toEqual(keys)
  expect(await find(opened, ' AND begins_with(sk, :a)', { ':a': Uint8Array.from([255]) })).toEqual(
    keys.slice(-2),
  )
})

test('texts with zero bytes, ends of Unicode and common beginnings keep apart and in order', async () => {
  const opened = await openWith('S')
  const keys = [
    '\0',
    '\0\0',
    '\0a',
    'a',
    'a\0',
    'a\0\0',
    'a\0b',
    'a\x01',
    'aa',
    'a/',
    'b',
    '\u{ffff}',
    '\u{10ffff}',
  ]
  const ordered = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

  await store(opened, keys)

  expect(await find(opened)).toEqual(ordered)
  expect(await find(opened, ' AND sk = :a', { ':a': 'a' })).toEqual(['a'])
  expect(await find(opened, ' AND sk > :a', { ':a': 'a' })).toEqual(ordered.slice(ordered.indexOf('a') + 1))
  expect(await find(opened, ' AND sk <= :a', { ':a': 'a\0' })).toEqual(
    ordered.slice(0, ordered.indexOf('a\0') + 1),
  )
  expect(await find(opened, ' AND begins_with(sk, :a)', { ':a': 'a\0' })).toEqual(['a\0', 'a\0\0', 'a\0b'])
})
