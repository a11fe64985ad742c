import { randomUUID } from 'node:crypto'
import { IdempotentParameterMismatchException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { TransactGetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { callsOn, freshKey, type Subject, validation } from './subject.ts'

/** What transactions do together, and how they are refused. */
export function transactions(subject: () => Subject): void {
  const { get, stored, TableName } = callsOn(subject)

  const transact = (TransactItems: object[], ClientRequestToken?: string) =>
    subject().db.send(new TransactWriteCommand({ TransactItems, ClientRequestToken } as never))
  const putting = (Item: Record<string, unknown>, more = {}) => ({
    Put: { TableName: TableName(), Item, ...more },
  })

  test('put, update, delete and check go through together', async () => {
    const [made, gone, checked] = [freshKey(), await stored({}), await stored({ a: 1 })]
    const changed = await stored({ n: 1 })

    await transact([
      putting({ ...made, a: 1 }),
      {
        Update: {
          TableName: TableName(),
          Key: changed,
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': 1 },
        },
      },
      { Delete: { TableName: TableName(), Key: gone } },
      {
        ConditionCheck: { TableName: TableName(), Key: checked, ConditionExpression: 'attribute_exists(a)' },
      },
    ])

    expect(await Promise.all([made, changed, gone, checked].map((key) => get(key)))).toEqual([
      { ...made, a: 1 },
      { ...changed, n: 2 },
      undefined,
      { ...checked, a: 1 },
    ])
  })

  test('one failed condition undoes all, and says which and why', async () => {
    const [first, taken] = [freshKey(), await stored({ by: 'me' })]

    const failing = transact([
      putting(first),
      putting(taken, {
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ])

    const error = await failing.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TransactionCanceledException)
    const { CancellationReasons } = error as TransactionCanceledException
    expect(CancellationReasons).toMatchObject([
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Item: { by: { S: 'me' } } },
    ])
    expect(await get(first)).toBeUndefined()
  })

  test('an update that does not fit its item cancels with ValidationError', async () => {
    const key = await stored({ s: 'text' })
    const adding = {
      TableName: TableName(),
      Key: key,
      UpdateExpression: 'ADD s :one',
      ExpressionAttributeValues: { ':one': 1 },
    }

    await expect(transact([{ Update: adding }])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ValidationError' }],
    })
  })

  test('the same token twice is done once; another request under it is refused', async () => {
    const key = await stored({ n: 0 })
    const token = randomUUID()
    const adding = (by: number) => [
      {
        Update: {
          TableName: TableName(),
          Key: key,
          UpdateExpression: 'ADD n :by',
          ExpressionAttributeValues: { ':by': by },
        },
      },
    ]

    await transact(adding(1), token)
    await transact(adding(1), token)

    expect(await get(key)).toMatchObject({ n: 1 })
    await expect(transact(adding(2), token)).rejects.toBeInstanceOf(IdempotentParameterMismatchException)
  })

  test('an item twice, none, or more than a hundred are refused', async () => {
    const key = freshKey()
    const many = Array.from({ length: 101 }, () => putting(freshKey()))

    for (const items of [[putting(key), { Delete: { TableName: TableName(), Key: key } }], [], many])
      await expect(transact(items)).rejects.toMatchObject(validation)
  })

  test('more than four megabytes are refused', async () => {
    const items = Array.from({ length: 11 }, () => putting({ ...freshKey(), text: 'x'.repeat(390_000) }))

    await expect(transact(items)).rejects.toMatchObject(validation)
  })

  test('a transaction reads several items at one moment', async () => {
    const [here, absent] = [await stored({ a: 1, b: 2 }), freshKey()]

    const { Responses } = await subject().db.send(
      new TransactGetCommand({
        TransactItems: [
          { Get: { TableName: TableName(), Key: here, ProjectionExpression: 'a' } },
          { Get: { TableName: TableName(), Key: absent } },
        ],
      }),
    )

    expect(Responses).toEqual([{ Item: { a: 1 } }, {}])
  })
}
