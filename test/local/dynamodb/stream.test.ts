import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DeleteCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { expect, test, vi } from 'vitest'
import { eventually, type Opened, open, openFresh, TableName } from './folder.ts'

const put = ({ db }: Opened, pk: string, more = {}) =>
  db.send(new PutCommand({ TableName, Item: { pk, sk: 'x', ...more } }))
const pks = (records: DynamoDBRecord[]) => records.map(({ dynamodb }) => dynamodb!.Keys!.pk!.S)
const sequence = (record: DynamoDBRecord) => record.dynamodb!.SequenceNumber!

/** Takes everything, and remembers it. */
function collector(opened: Opened): DynamoDBRecord[][] {
  const calls: DynamoDBRecord[][] = []
  opened.dynamo.onChanges(async (records) => {
    calls.push(records)
    return { batchItemFailures: [] }
  })
  return calls
}

test('a change is delivered with its images, in the shape of a Lambda event', async () => {
  const opened = await openFresh()
  const calls = collector(opened)

  await put(opened, 'a', { n: 1 })
  await put(opened, 'a', { n: 2 })
  await opened.db.send(new DeleteCommand({ TableName, Key: { pk: 'a', sk: 'x' } }))
  await eventually(opened, () => expect(calls.flat()).toHaveLength(3))

  const key = { pk: { S: 'a' }, sk: { S: 'x' } }
  const one = { ...key, n: { N: '1' } }
  const two = { ...key, n: { N: '2' } }
  const records = calls.flat()
  expect(
    records.map(({ eventName, dynamodb }) => [eventName, dynamodb!.OldImage, dynamodb!.NewImage]),
  ).toEqual([
    ['INSERT', undefined, one],
    ['MODIFY', one, two],
    ['REMOVE', two, undefined],
  ])
  expect(records[0]).toMatchObject({
    eventSource: 'aws:dynamodb',
    eventSourceARN: expect.stringContaining(`table/${TableName}/stream/`),
    dynamodb: {
      Keys: key,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ApproximateCreationDateTime: expect.any(Number),
    },
  })
  expect(records[0]!.userIdentity).toBeUndefined()
  expect(records.map(sequence)).toEqual(records.map(sequence).sort())
})

test('a write that changes nothing leaves no record', async () => {
  const opened = await openFresh()
  const calls = collector(opened)

  await put(opened, 'a')
  await put(opened, 'a')
  await opened.db.send(new DeleteCommand({ TableName, Key: { pk: 'absent', sk: 'x' } }))
  await put(opened, 'b')
  await eventually(opened, () => expect(pks(calls.flat())).toContain('b'))

  expect(pks(calls.flat())).toEqual(['a', 'b'])
})

test('records come in order, at most a hundred at a time, also from far behind', async () => {
  const opened = await openFresh()
  const count = 2500
  const writes = Array.from({ length: count / 25 }, (_, batch) =>
    opened.db.send(
      new BatchWriteCommand({
        RequestItems: {
          [TableName]: Array.from({ length: 25 }, (_, n) => ({
            PutRequest: { Item: { pk: String(batch * 25 + n), sk: 'x' } },
          })),
        },
      }),
    ),
  )
  const calls = collector(opened)
  await Promise.all(writes)
  await eventually(opened, () => expect(calls.flat().length).toBeGreaterThanOrEqual(count))

  expect(pks(calls.flat())).toEqual(Array.from({ length: count }, (_, n) => String(n)))
  expect(Math.max(...calls.map((records) => records.length))).toBeLessThanOrEqual(100)
})

test('what was delivered is not delivered again, what was not is, by the next process', async () => {
  const first = await openFresh()
  await put(first, 'a')
  const seen = collector(first)
  await eventually(first, () => expect(seen).toHaveLength(1))
  await first.dynamo.close()

  const second = await open(first.dir)
  await put(second, 'b')
  await second.dynamo.close()
  const third = await open(first.dir)
  await put(third, 'c')
  const calls = collector(third)
  await eventually(third, () => expect(calls.flat().length).toBeGreaterThanOrEqual(2))

  expect(pks(calls.flat())).toEqual(['b', 'c'])
})

test('a transaction is delivered whole and in its order', async () => {
  const opened = await openFresh()
  const calls = collector(opened)

  await opened.db.send(
    new TransactWriteCommand({
      TransactItems: ['a', 'b', 'c'].map((pk) => ({ Put: { TableName, Item: { pk, sk: 'x' } } })),
    }),
  )
  await eventually(opened, () => expect(calls.flat()).toHaveLength(3))

  expect(pks(calls.flat())).toEqual(['a', 'b', 'c'])
})

test('from the record a consumer names it gets all of them again, after a pause', async () => {
  const opened = await openFresh()
  const calls: DynamoDBRecord[][] = []
  await Promise.all(['a', 'b', 'c'].map((pk) => put(opened, pk)))
  opened.dynamo.onChanges(async (records) => {
    calls.push(records)
    const failed = calls.length === 1 ? [{ itemIdentifier: sequence(records[1]!) }] : []
    return { batchItemFailures: failed }
  })

  await vi.waitFor(() => expect(calls).toHaveLength(1), { timeout: 15_000 })
  await eventually(opened, () => expect(calls).toHaveLength(2))

  expect(calls.map(pks)).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c'],
  ])
})

test('a record that fails ten times is set aside, and does not stop the others', async () => {
  const opened = await openFresh()
  const taken: string[] = []
  let tries = 0
  await Promise.all(['a', 'poison', 'b', 'c'].map((pk) => put(opened, pk)))
  opened.dynamo.onChanges(async (records) => {
    const names = pks(records)
    if (names.includes('poison')) {
      tries += 1
      throw new Error('cannot take this')
    }
    taken.push(...(names as string[]))
    return undefined
  })

  await eventually(opened, () => expect(taken).toHaveLength(3))

  expect(taken).toEqual(['a', 'b', 'c'])
  expect(tries).toBeGreaterThanOrEqual(10)
  const [file, ...others] = readdirSync(join(opened.dir, 'dead'))
  expect(others).toEqual([])
  expect(JSON.parse(readFileSync(join(opened.dir, 'dead', file!), 'utf8'))).toMatchObject({
    error: expect.stringContaining('cannot take this'),
    record: { eventName: 'INSERT', dynamodb: { Keys: { pk: { S: 'poison' } } } },
  })
  expect(opened.log.lines.map(({ level }) => level)).toContain('error')
})

test('a consumer that recovers loses nothing and buries nothing', async () => {
  const opened = await openFresh()
  const taken: string[] = []
  let failures = 0
  await Promise.all(['a', 'b', 'c'].map((pk) => put(opened, pk)))
  opened.dynamo.onChanges(async (records) => {
    if (failures < 9) {
      failures += 1
      throw new Error('not yet')
    }
    taken.push(...(pks(records) as string[]))
    return undefined
  })

  await eventually(opened, () => expect(taken).toHaveLength(3))

  expect(taken).toEqual(['a', 'b', 'c'])
  expect(existsSync(join(opened.dir, 'dead'))).toBe(false)
})

test('a consumer that changes a record does not change the item', async () => {
  const opened = await openFresh()
  let changed = false
  opened.dynamo.onChanges(async ([record]) => {
    record!.dynamodb!.NewImage!.n = { N: '99' }
    changed = true
    return undefined
  })

  await put(opened, 'a', { n: 1 })
  await eventually(opened, () => expect(changed).toBe(true))

  const body = `{"TableName":"${TableName}","Key":{"pk":{"S":"a"},"sk":{"S":"x"}}}`
  const reply = await opened.dynamo.handle({ target: 'DynamoDB_20120810.GetItem', body })
  expect(JSON.parse(reply.body).Item.n).toEqual({ N: '1' })
})

test('records that the consumer does not want are passed over', async () => {
  const opened = await openFresh()
  const calls: DynamoDBRecord[][] = []
  await put(opened, 'RATE#before')
  opened.dynamo.onChanges(
    async (records) => {
      calls.push(records)
      return undefined
    },
    ({ pk }) => !pk!.S!.startsWith('RATE#'),
  )

  await Promise.all(['a', 'RATE#between', 'b', 'RATE#after'].map((pk) => put(opened, pk)))
  await eventually(opened, () => expect(calls.flat()).toHaveLength(2))
  await put(opened, 'c')
  await eventually(opened, () => expect(calls.flat()).toHaveLength(3))

  expect(pks(calls.flat())).toEqual(['a', 'b', 'c'])
})

test('the service’s own deletes are marked as such', async () => {
  const opened = await openFresh()
  const { client, clock } = opened
  const calls = collector(opened)
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'ttl' }
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))

  await put(opened, 'a', { ttl: Math.floor(clock.now() / 1000) + 5 })
  await eventually(opened, () => expect(calls.flat()).toHaveLength(2))

  expect(calls.flat().map(({ eventName, userIdentity }) => [eventName, userIdentity])).toEqual([
    ['INSERT', undefined],
    ['REMOVE', { type: 'Service', principalId: 'dynamodb.amazonaws.com' }],
  ])
})
