import { BatchGetCommand, BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { callsOn, freshKey, type Subject, validation } from './subject.ts'

/** What batches of reads and writes do. */
export function batches(subject: () => Subject): void {
  const { stored, TableName } = callsOn(subject)

  test('25 writes and 100 reads go at once', async () => {
    const keys = Array.from({ length: 25 }, () => freshKey())
    const old = await stored({})
    const requests = keys.slice(1).map((key) => ({ PutRequest: { Item: { ...key, a: 1 } } }))

    await subject().db.send(
      new BatchWriteCommand({
        RequestItems: { [TableName()]: [...requests, { DeleteRequest: { Key: old } }] },
      }),
    )
    const { Responses } = await subject().db.send(
      new BatchGetCommand({
        RequestItems: { [TableName()]: { Keys: [...keys, old], ConsistentRead: true } },
      }),
    )

    expect(Responses![TableName()]!.map(({ pk }) => pk).sort()).toEqual(
      keys
        .slice(1)
        .map(({ pk }) => pk)
        .sort(),
    )
  })

  test('too many, or one twice, are refused', async () => {
    const key = freshKey()
    const writing = (items: object[]) =>
      subject().db.send(new BatchWriteCommand({ RequestItems: { [TableName()]: items } } as never))
    const reading = (Keys: Record<string, unknown>[]) =>
      subject().db.send(new BatchGetCommand({ RequestItems: { [TableName()]: { Keys } } }))

    const double = [{ PutRequest: { Item: key } }, { DeleteRequest: { Key: key } }]
    const many = Array.from({ length: 26 }, () => ({ PutRequest: { Item: freshKey() } }))
    await expect(writing(double)).rejects.toMatchObject(validation)
    await expect(writing(many)).rejects.toMatchObject(validation)
    await expect(reading([key, key])).rejects.toMatchObject(validation)
    await expect(reading(Array.from({ length: 101 }, () => freshKey()))).rejects.toMatchObject(validation)
  })
}
