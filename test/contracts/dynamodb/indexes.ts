import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { callsOn, freshKey, type Subject, validation } from './subject.ts'

/** What global secondary indexes hold. */
export function indexes(subject: () => Subject): void {
  const { put, update, query, stored } = callsOn(subject)

  /** Items of an index partition; real indexes need a moment. */
  async function indexed(IndexName: string, partition: string, expected: number, more = {}) {
    for (let attempt = 0; ; attempt++) {
      const page = await query({
        IndexName,
        KeyConditionExpression: `${IndexName}pk = :p`,
        ExpressionAttributeValues: { ':p': partition },
        ...more,
      })
      if (page.Count === expected || attempt === 20) return page
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }

  test('an index holds only items that have its keys, in its order, with its projection', async () => {
    const list = `L#${randomUUID()}`
    const older = { ...freshKey(), gsi1pk: list, gsi1sk: '1', name: 'older', secret: 'x' }
    const newer = { ...freshKey(), gsi1pk: list, gsi1sk: '2', name: 'newer' }
    for (const Item of [newer, older, { ...freshKey(), gsi1pk: list }]) await put({ Item })

    const { Items } = await indexed('gsi1', list, 2)

    const { secret: _secret, ...visible } = older
    expect(Items).toEqual([visible, newer])
  })

  test('keys only means keys only', async () => {
    const list = `L#${randomUUID()}`
    const keys = { ...freshKey(), gsi2pk: list, gsi2sk: '1' }
    await put({ Item: { ...keys, name: 'n', gsi1pk: 'x', gsi1sk: 'y' } })

    expect((await indexed('gsi2', list, 1)).Items).toEqual([keys])
  })

  test('an item moves within an index, changes there and leaves it', async () => {
    const list = `L#${randomUUID()}`
    const key = await stored({ gsi3pk: list, gsi3sk: '1', status: 'a' })
    const set = (UpdateExpression: string, values?: Record<string, unknown>) =>
      update({
        Key: key,
        UpdateExpression,
        ...(values && { ExpressionAttributeValues: values }),
        ...(UpdateExpression.includes('#n') && { ExpressionAttributeNames: { '#n': 'status' } }),
      })

    await set('SET gsi3sk = :two, #n = :b', { ':two': '2', ':b': 'b' })
    expect((await indexed('gsi3', list, 1)).Items).toMatchObject([{ gsi3sk: '2', status: 'b' }])

    await set('REMOVE gsi3pk')
    expect((await indexed('gsi3', list, 0)).Items).toEqual([])
  })

  test('pages of an index with equal sort keys join without gap', async () => {
    const list = `L#${randomUUID()}`
    const keys = await Promise.all(Array.from({ length: 5 }, () => stored({ gsi1pk: list, gsi1sk: 'same' })))
    await indexed('gsi1', list, 5)
    const seen: unknown[] = []
    let ExclusiveStartKey: Record<string, unknown> | undefined

    do {
      const page = await query({
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :p',
        ExpressionAttributeValues: { ':p': list },
        Limit: 2,
        ExclusiveStartKey,
      })
      seen.push(...page.Items!.map(({ pk }) => pk))
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey)

    expect(seen.sort()).toEqual(keys.map(({ pk }) => pk).sort())
  })

  test('a projection of what the index does not hold is refused', async () => {
    const asking = query({
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :p',
      ExpressionAttributeValues: { ':p': 'x' },
      ProjectionExpression: 'gsi2sk, flowId',
    })

    await expect(asking).rejects.toMatchObject(validation)
  })
}
