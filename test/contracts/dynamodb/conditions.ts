import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { callsOn, freshKey, type Subject } from './subject.ts'

/** What conditions hold, and what a failed one answers. */
export function conditions(subject: () => Subject): void {
  const { put, get, update, stored } = callsOn(subject)

  test('of two puts under attribute_not_exists only the first goes through', async () => {
    const key = freshKey()
    const first = { Item: { ...key, by: 1 }, ConditionExpression: 'attribute_not_exists(pk)' }

    await put(first)

    await expect(put({ ...first, Item: { ...key, by: 2 } })).rejects.toBeInstanceOf(
      ConditionalCheckFailedException,
    )
    expect(await get(key)).toMatchObject({ by: 1 })
  })

  test('a failed condition shows the item when asked to', async () => {
    const key = await stored({ status: 'open' })

    const failing = update({
      Key: key,
      UpdateExpression: 'SET #s = :new',
      ConditionExpression: '#s = :old',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':new': 'x', ':old': 'closed' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    })

    const error = await failing.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConditionalCheckFailedException)
    expect((error as ConditionalCheckFailedException).Item).toMatchObject({ status: { S: 'open' } })
  })

  test('sixteen claims at once: one wins', async () => {
    const key = await stored({ state: 'open' })

    const claims = await Promise.allSettled(
      Array.from({ length: 16 }, (_, by) =>
        update({
          Key: key,
          UpdateExpression: 'SET #s = :claimed, #b = :by',
          ConditionExpression: '#s = :open',
          ExpressionAttributeNames: { '#s': 'state', '#b': 'by' },
          ExpressionAttributeValues: { ':claimed': 'claimed', ':open': 'open', ':by': by },
        }),
      ),
    )

    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  const attributes = {
    n: 5,
    s: 'hello',
    set: new Set(['a', 'b']),
    list: ['x', { y: 1 }],
    map: { inner: { deep: 'v' } },
    flag: true,
  }
  test.each([
    ['n = :five', { ':five': 5 }],
    ['n <> :other', { ':other': 6 }],
    ['absent <> :other', { ':other': 6 }],
    ['n BETWEEN :low AND :high', { ':low': 5, ':high': 7 }],
    ['n > :low AND n <= :high', { ':low': 4.9, ':high': 5 }],
    ['n IN (:a, :b)', { ':a': 1, ':b': 5 }],
    ['begins_with(s, :start)', { ':start': 'he' }],
    ['contains(s, :part)', { ':part': 'ell' }],
    ['contains(#set, :member)', { ':member': 'a' }, { '#set': 'set' }],
    ['contains(#list, :member)', { ':member': { y: 1 } }, { '#list': 'list' }],
    ['size(s) = :five', { ':five': 5 }],
    ['size(#set) < :five', { ':five': 5 }, { '#set': 'set' }],
    ['attribute_type(#map, :type)', { ':type': 'M' }, { '#map': 'map' }],
    ['#map.#inner.deep = :v', { ':v': 'v' }, { '#map': 'map', '#inner': 'inner' }],
    ['#map = :whole', { ':whole': { inner: { deep: 'v' } } }, { '#map': 'map' }],
    ['#list[1].y = :one', { ':one': 1 }, { '#list': 'list' }],
    ['#set = :same', { ':same': new Set(['b', 'a']) }, { '#set': 'set' }],
    ['attribute_exists(s) AND NOT attribute_exists(absent)', undefined],
    ['attribute_not_exists(#c)', undefined, { '#c': 'constructor' }],
    ['(n = :no OR flag = :yes) AND s >= :text', { ':no': 0, ':yes': true, ':text': 'hello' }],
    ['NOT n < :text', { ':text': 'a different type' }],
  ])('%s holds', async (ConditionExpression, values, names?: Record<string, string>) => {
    const key = await stored(attributes)
    const check = {
      ConditionExpression,
      ...(values && { ExpressionAttributeValues: values }),
      ...(names && { ExpressionAttributeNames: names }),
    }

    await put({ Item: { ...key, ...attributes }, ...check })

    const not = put({ Item: key, ...check, ConditionExpression: `NOT (${ConditionExpression})` })
    await expect(not).rejects.toBeInstanceOf(ConditionalCheckFailedException)
  })
}
