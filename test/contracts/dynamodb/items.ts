import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { callsOn, freshKey, type Subject } from './subject.ts'

/** How single items are put, read and deleted. */
export function items(subject: () => Subject): void {
  const { put, get, remove, stored, TableName } = callsOn(subject)

  test('what is put is read again, with every type of value', async () => {
    const key = freshKey()
    const item = {
      ...key,
      text: 'é𝄞',
      number: 1.5,
      yes: true,
      nothing: null,
      bytes: Uint8Array.from([1, 2]),
      list: [1, 'a', { deep: [false] }],
      map: { a: { b: 'c' } },
      words: new Set(['x', 'y']),
      numbers: new Set([1, 2]),
      empty: '',
    }

    await put({ Item: item })

    expect(await get(key)).toEqual(item)
  })

  test('a missing item is answered without Item', async () => {
    expect(await get(freshKey())).toBeUndefined()
  })

  test('a projection picks attributes, members and elements', async () => {
    const key = await stored({ a: 1, b: { c: 2, d: 3 }, list: ['x', 'y', 'z'] })

    const found = await get(key, {
      ProjectionExpression: '#b.c, #list[2], #list[0], absent',
      ExpressionAttributeNames: { '#b': 'b', '#list': 'list' },
    })

    expect(found).toEqual({ b: { c: 2 }, list: ['x', 'z'] })
  })

  test('put and delete give the old item back with ALL_OLD', async () => {
    const key = await stored({ a: 1 })

    const overwritten = await put({ Item: { ...key, a: 2 }, ReturnValues: 'ALL_OLD' })
    const deleted = await remove({ Key: key, ReturnValues: 'ALL_OLD' })

    expect(overwritten.Attributes).toEqual({ ...key, a: 1 })
    expect(deleted.Attributes).toEqual({ ...key, a: 2 })
    expect(await get(key)).toBeUndefined()
  })

  test('deleting what is not there is no error', async () => {
    expect((await remove({ Key: freshKey(), ReturnValues: 'ALL_OLD' })).Attributes).toBeUndefined()
  })

  test('numbers keep 38 digits', async () => {
    const key = freshKey()
    const exact = '12345678901234567890123456789012345678'
    const plain = subject().client
    const Key = { pk: { S: key.pk }, sk: { S: key.sk } }

    await plain.send(
      new PutItemCommand({ TableName: TableName(), Item: { ...Key, n: { N: exact }, m: { N: '1.50' } } }),
    )

    const { Item } = await plain.send(
      new GetItemCommand({ TableName: TableName(), Key, ConsistentRead: true }),
    )
    expect(Item).toMatchObject({ n: { N: exact }, m: { N: '1.5' } })
  })
}
