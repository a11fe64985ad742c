import { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { eventually, type Opened, open, openFresh, passSeconds, TableName } from './folder.ts'

const setTtl = ({ client }: Opened, Enabled = true, AttributeName = 'ttl') =>
  client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } }))
const describeTtl = async ({ client }: Opened) =>
  (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription
const inSeconds = ({ clock }: Opened, seconds: number) => Math.floor(clock.now() / 1000) + seconds
const put = ({ db }: Opened, pk: string, attributes: object) =>
  db.send(new PutCommand({ TableName, Item: { pk, sk: 'x', ...attributes } }))
const isThere = async ({ db }: Opened, pk: string) =>
  (await db.send(new GetCommand({ TableName, Key: { pk, sk: 'x' } }))).Item !== undefined

async function openWithTtl() {
  const opened = await openFresh()
  await setTtl(opened)
  return opened
}

test('an item goes once its time is over, with its index rows, and not before', async () => {
  const opened = await openWithTtl()
  await put(opened, 'soon', { ttl: inSeconds(opened, 10), gsi1pk: 'list', gsi1sk: '1' })
  await put(opened, 'later', { ttl: inSeconds(opened, 100) })

  await passSeconds(opened, 8)
  expect(await isThere(opened, 'soon')).toBe(true)
  await eventually(opened, async () => expect(await isThere(opened, 'soon')).toBe(false))

  expect(await isThere(opened, 'later')).toBe(true)
  const listed = new QueryCommand({
    TableName,
    IndexName: 'gsi1',
    KeyConditionExpression: 'gsi1pk = :l',
    ExpressionAttributeValues: { ':l': 'list' },
  })
  expect((await opened.db.send(listed)).Count).toBe(0)
})

test('an item whose time was put off or taken away stays', async () => {
  const opened = await openWithTtl()
  await put(opened, 'put off', { ttl: inSeconds(opened, 5) })
  await put(opened, 'taken away', { ttl: inSeconds(opened, 5) })
  const update = (pk: string, UpdateExpression: string, values?: object) =>
    opened.db.send(
      new UpdateCommand({
        TableName,
        Key: { pk, sk: 'x' },
        UpdateExpression,
        ExpressionAttributeNames: { '#t': 'ttl' },
        ...(values && { ExpressionAttributeValues: values }),
      } as never),
    )

  await update('put off', 'SET #t = :t', { ':t': inSeconds(opened, 50) })
  await update('taken away', 'REMOVE #t')
  await passSeconds(opened, 10)

  expect(await isThere(opened, 'put off')).toBe(true)
  expect(await isThere(opened, 'taken away')).toBe(true)
})

test.each([
  ['text', 'soon'],
  ['zero', 0],
  ['six years ago', Date.UTC(2020, 0, 1) / 1000],
])('a time that is %s never comes', async (_, ttl) => {
  const opened = await openWithTtl()

  await put(opened, 'a', { ttl })
  await passSeconds(opened, 5)

  expect(await isThere(opened, 'a')).toBe(true)
})

test('more than a hundred due at once go one sweep after the other', async () => {
  const opened = await openWithTtl()
  const names = Array.from({ length: 250 }, (_, n) => String(n))
  await Promise.all(names.map((pk) => put(opened, pk, { ttl: inSeconds(opened, 1) })))

  await eventually(opened, async () => {
    const there = await Promise.all(names.map((pk) => isThere(opened, pk)))
    expect(there.filter(Boolean)).toEqual([])
  })
})

test('items that were there before are taken up', async () => {
  const opened = await openFresh()
  await put(opened, 'old', { ttl: inSeconds(opened, 2) })

  await setTtl(opened)

  await eventually(opened, async () => expect(await isThere(opened, 'old')).toBe(false))
})

test('the setting outlives a restart, and what came due meanwhile goes', async () => {
  const first = await openWithTtl()
  await put(first, 'due', { ttl: inSeconds(first, 2) })
  await first.dynamo.close()

  await first.clock.advance(60_000)
  const second = await open(first.dir, first.clock)

  expect(await describeTtl(second)).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' })
  await eventually(second, async () => expect(await isThere(second, 'due')).toBe(false))
})

test('enabling twice and disabling what is not enabled are refused', async () => {
  const opened = await openFresh()
  expect(await describeTtl(opened)).toEqual({ TimeToLiveStatus: 'DISABLED' })
  await expect(setTtl(opened, false)).rejects.toMatchObject({ name: 'ValidationException' })

  await setTtl(opened)

  await expect(setTtl(opened)).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(setTtl(opened, false, 'other')).rejects.toMatchObject({ name: 'ValidationException' })
  await setTtl(opened, false)
  await put(opened, 'a', { ttl: inSeconds(opened, 1) })
  await passSeconds(opened, 5)
  expect(await isThere(opened, 'a')).toBe(true)
})
