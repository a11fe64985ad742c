import { randomUUID } from 'node:crypto'
import {
  CreateTableCommand,
  DescribeTableCommand,
  ListTablesCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb'
import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { tableInput } from '../../../infra/local/table-input.ts'
import { callsOn, freshKey, type Subject, validation } from './subject.ts'

/** What is refused, and with which error. */
export function limits(subject: () => Subject): void {
  const { put, get, update, stored, TableName } = callsOn(subject)

  test.each([
    ['an item over 400 KB', () => ({ ...freshKey(), text: 'x'.repeat(410_000) })],
    ['a partition key over 2048 bytes', () => ({ pk: 'é'.repeat(1025), sk: 'x' })],
    ['a sort key over 1024 bytes', () => ({ pk: 'x', sk: 'x'.repeat(1025) })],
    ['an empty key', () => ({ pk: '', sk: 'x' })],
    ['a missing sort key', () => ({ pk: 'x' })],
    ['a key of another type', () => ({ pk: 1, sk: 'x' })],
  ])('%s is refused', async (_, item) => {
    await expect(put({ Item: item() })).rejects.toMatchObject(validation)
  })

  test('nesting ends at 32 levels', async () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

    await put({ Item: { ...freshKey(), deep: nested(31) } })

    await expect(put({ Item: { ...freshKey(), deep: nested(33) } })).rejects.toMatchObject(validation)
  })

  test('expressions end at 4 KB', async () => {
    const names = Array.from({ length: 500 }, (_, n) => `attribute${n}`).join(', ')

    await expect(update({ Key: freshKey(), UpdateExpression: `REMOVE ${names}` })).rejects.toMatchObject(
      validation,
    )
  })

  test('a BETWEEN whose bounds are turned round is refused every time', async () => {
    const key = await stored({ n: 1 })
    const between = (low: number, high: number) =>
      put({
        Item: key,
        ConditionExpression: 'n BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':low': low, ':high': high },
      })

    await between(0, 2)

    await expect(between(2, 0)).rejects.toMatchObject(validation)
  })

  test('an unknown table is named as such', async () => {
    const read = subject().db.send(new GetCommand({ TableName: 'no-such-table', Key: freshKey() }))

    await expect(read).rejects.toBeInstanceOf(ResourceNotFoundException)
    await expect(
      subject().client.send(new DescribeTableCommand({ TableName: 'no-such-table' })),
    ).rejects.toBeInstanceOf(ResourceNotFoundException)
  })

  test('a table is described, listed and made once', async () => {
    const { Table } = await subject().client.send(new DescribeTableCommand({ TableName: TableName() }))
    const { TableNames } = await subject().client.send(new ListTablesCommand({}))

    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', StreamSpecification: { StreamEnabled: true } })
    expect(Table!.GlobalSecondaryIndexes!.map(({ IndexName }) => IndexName).sort()).toEqual([
      'gsi1',
      'gsi2',
      'gsi3',
    ])
    expect(TableNames).toContain(TableName())
    const again = subject().client.send(new CreateTableCommand(tableInput(TableName())))
    await expect(again).rejects.toBeInstanceOf(ResourceInUseException)
  })

  test('a scan finds every item once', async () => {
    const key = await stored({ marker: randomUUID() })
    const { marker } = (await get(key))!
    const seen: unknown[] = []
    let ExclusiveStartKey: Record<string, unknown> | undefined

    do {
      const page = await subject().db.send(
        new ScanCommand({
          TableName: TableName(),
          FilterExpression: 'marker = :m',
          ExpressionAttributeValues: { ':m': marker },
          Limit: 50,
          ExclusiveStartKey,
        }),
      )
      seen.push(...page.Items!)
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey)

    expect(seen).toEqual([{ ...key, marker }])
  })
}
