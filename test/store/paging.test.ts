import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../shared/aws/clock.ts'
import { isThrottle } from '../../shared/aws/transient.ts'
import { listChildren } from '../../shared/store/children.ts'
import { deleteRunRecords } from '../../shared/store/run-records.ts'
import { transact } from '../../shared/store/transact.ts'
import { getWaits } from '../../shared/store/waits.ts'
import type { World } from '../../shared/world.ts'
import { fakeClock } from '../fake-clock.ts'

const db = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }))
const dynamo = mockClient(db)
const world = { db, settings: { table: 't' }, clock: systemClock } as unknown as World

beforeEach(() => dynamo.reset())

test('F9 a query is read to its last page', async () => {
  dynamo
    .on(QueryCommand)
    .resolvesOnce({ Items: [{ childId: 'a' }], LastEvaluatedKey: { pk: 'p', sk: 'a' } })
    .resolvesOnce({ Items: [], LastEvaluatedKey: { pk: 'p', sk: 'b' } })
    .resolvesOnce({ Items: [{ childId: 'b' }] })

  expect((await listChildren(world, 'o', 'r')).map(({ childId }) => childId)).toEqual(['a', 'b'])
  expect(dynamo.commandCalls(QueryCommand)[2]?.args[0].input.ExclusiveStartKey).toEqual({ pk: 'p', sk: 'b' })
})

test('F9 keys that a batch leaves over are asked for again, in hundreds', async () => {
  const keys = Array.from({ length: 150 }, (_, n) => `k${n}`)
  let calls = 0
  dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const asked = RequestItems.t.Keys as { sk: string }[]
    expect(asked.length).toBeLessThanOrEqual(100)
    const kept = calls++ === 0 ? asked.slice(0, 60) : asked
    return {
      Responses: { t: kept.map(({ sk }) => ({ stepKey: sk.slice(5) })) },
      UnprocessedKeys: kept.length < asked.length ? { t: { Keys: asked.slice(60) } } : {},
    }
  })

  expect((await getWaits(world, 'o', 'r', keys)).map(({ stepKey }) => stepKey)).toEqual(keys)
})

// It was asked again at once and for ever, which keeps a busy table busy.
test('F9 a table that leaves a whole batch undone is asked ever later, and then given up for busy', async () => {
  const clock = fakeClock()
  const asked: number[] = []
  dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    asked.push(clock.now())
    return { UnprocessedKeys: RequestItems }
  })

  const waits = getWaits({ ...world, clock }, 'o', 'r', ['a', 'b'])
  const refused = expect(waits).rejects.toSatisfy(isThrottle)
  await clock.advance(10_000)

  await refused
  const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0))
  expect(pauses).toHaveLength(7)
  expect(pauses.at(-1)).toBeGreaterThan(10 * (pauses[0] ?? 0))
})

test('F9 deletes that a batch leaves over are made again', async () => {
  dynamo.on(QueryCommand).resolves({ Items: Array.from({ length: 30 }, (_, n) => ({ pk: 'p', sk: `${n}` })) })
  const deleted = new Set<string>()
  dynamo.on(BatchWriteCommand).callsFake(({ RequestItems }) => {
    const [first, ...others] = RequestItems.t as { DeleteRequest: { Key: { sk: string } } }[]
    deleted.add(first!.DeleteRequest.Key.sk)
    return { UnprocessedItems: others.length > 0 ? { t: others } : {} }
  })

  await deleteRunRecords(world, 'o', 'r')

  expect(deleted.size).toBe(30)
})

test('F6 a transaction that meets another one is tried again, then left to the caller', async () => {
  const conflict = () =>
    new TransactionCanceledException({
      message: '',
      $metadata: {},
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    })
  dynamo.on(TransactWriteCommand).rejectsOnce(conflict()).resolvesOnce({})
  expect(await transact(world, [])).toEqual({ ok: true })

  dynamo.reset()
  dynamo.on(TransactWriteCommand).rejects(conflict())
  await expect(transact(world, [])).rejects.toThrow(TransactionCanceledException)
  expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(4)
})

test('a failed condition is told with the item that was in the way', async () => {
  dynamo.on(TransactWriteCommand).rejects(
    new TransactionCanceledException({
      message: '',
      $metadata: {},
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: { status: { S: 'claimed' } } },
        { Code: 'ConditionalCheckFailed' },
      ],
    }),
  )

  expect(await transact(world, [])).toEqual({ ok: false, found: [undefined, { status: 'claimed' }, {}] })
})
