import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { callsOn, type Subject, validation } from './subject.ts'

/** What queries find, in which order and in which pages. */
export function queries(subject: () => Subject): void {
  const { put, query } = callsOn(subject)

  const pk = `Q#${randomUUID()}`
  const sks = ['A#1', 'A#2', 'A#3', 'B#1', 'B#10', 'B#2', 'é', '\u{1d11e}']
  const keyCondition = (condition = '', values = {}) => ({
    KeyConditionExpression: `pk = :pk${condition}`,
    ExpressionAttributeValues: { ':pk': pk, ...values },
    ConsistentRead: true,
  })
  const found = ({ Items = [] }: { Items?: Record<string, unknown>[] | undefined }) =>
    Items.map(({ sk }) => sk)
  beforeAll(async () => {
    for (const sk of sks) await put({ Item: { pk, sk, kind: sk[0], size: sk.length } })
  })

  test('a partition comes in the order of its sort keys, both ways', async () => {
    expect(found(await query(keyCondition()))).toEqual(sks)
    expect(found(await query({ ...keyCondition(), ScanIndexForward: false }))).toEqual([...sks].reverse())
  })

  test.each([
    [' AND sk = :a', { ':a': 'A#2' }, ['A#2']],
    [' AND sk < :a', { ':a': 'A#3' }, ['A#1', 'A#2']],
    [' AND sk <= :a', { ':a': 'A#2' }, ['A#1', 'A#2']],
    [' AND sk > :a', { ':a': 'B#10' }, ['B#2', 'é', '\u{1d11e}']],
    [' AND sk >= :a', { ':a': 'B#10' }, ['B#10', 'B#2', 'é', '\u{1d11e}']],
    [' AND sk BETWEEN :a AND :b', { ':a': 'A#2', ':b': 'B#1' }, ['A#2', 'A#3', 'B#1']],
    [' AND begins_with(sk, :a)', { ':a': 'B#1' }, ['B#1', 'B#10']],
  ])('pk = :pk%s', async (condition, values, expected) => {
    expect(found(await query(keyCondition(condition, values)))).toEqual(expected)
  })

  test.each([true, false])('pages join without gap or double (forward: %s)', async (ScanIndexForward) => {
    const seen: unknown[] = []
    let ExclusiveStartKey: Record<string, unknown> | undefined

    do {
      const page = await query({ ...keyCondition(), ScanIndexForward, Limit: 3, ExclusiveStartKey })
      expect(page.Items!.length).toBeLessThanOrEqual(3)
      seen.push(...found(page))
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey)

    expect(seen).toEqual(ScanIndexForward ? sks : [...sks].reverse())
  })

  test('a page that ends with its limit names where it ended', async () => {
    expect((await query({ ...keyCondition(), Limit: 2 })).LastEvaluatedKey).toEqual({ pk, sk: 'A#2' })
    expect((await query(keyCondition())).LastEvaluatedKey).toBeUndefined()
  })

  test('a filter applies after the limit', async () => {
    const page = await query({
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'kind = :b',
      ExpressionAttributeValues: { ':pk': pk, ':b': 'B' },
      Limit: 4,
    })

    expect(found(page)).toEqual(['B#1'])
    expect(page).toMatchObject({ Count: 1, ScannedCount: 4, LastEvaluatedKey: { pk, sk: 'B#1' } })
  })

  test('COUNT counts without items', async () => {
    const counted = await query({
      ...keyCondition(' AND begins_with(sk, :a)', { ':a': 'A' }),
      Select: 'COUNT',
    })

    expect(counted).toMatchObject({ Count: 3, ScannedCount: 3 })
    expect(counted.Items).toBeUndefined()
  })

  test('a projection of a query leaves the rest out', async () => {
    const { Items } = await query({ ...keyCondition(), ProjectionExpression: 'sk, kind', Limit: 1 })

    expect(Items).toEqual([{ sk: 'A#1', kind: 'A' }])
  })

  test('pages end at about a megabyte', async () => {
    const big = `P#${randomUUID()}`
    for (let n = 0; n < 4; n++) await put({ Item: { pk: big, sk: String(n), text: 'x'.repeat(380_000) } })

    const page = await query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': big },
    })

    expect(page.Items!.length).toBeLessThan(4)
    expect(page.LastEvaluatedKey).toBeDefined()
  })

  test.each([
    [
      'without the partition key',
      { KeyConditionExpression: 'sk = :a', ExpressionAttributeValues: { ':a': 'x' } },
    ],
    [
      'with a range of partitions',
      { KeyConditionExpression: 'pk > :a', ExpressionAttributeValues: { ':a': 'x' } },
    ],
    ['with OR', { KeyConditionExpression: 'pk = :a OR sk = :a', ExpressionAttributeValues: { ':a': 'x' } }],
    ['with a number', { KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: { ':a': 1 } }],
    ['of an unknown index', { ...keyCondition(), ConsistentRead: false, IndexName: 'nope' }],
    [
      'consistently of an index',
      {
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :a',
        ExpressionAttributeValues: { ':a': 'x' },
        ConsistentRead: true,
      },
    ],
    [
      'filtering by the key',
      {
        KeyConditionExpression: 'pk = :a',
        FilterExpression: 'sk = :a',
        ExpressionAttributeValues: { ':a': 'x' },
      },
    ],
    ['from a foreign start', { ...keyCondition(), ExclusiveStartKey: { pk: 'other', sk: 'x' } }],
  ])('a query %s is refused', async (_, input) => {
    await expect(query(input)).rejects.toMatchObject(validation)
  })
}
