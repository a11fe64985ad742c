import { randomUUID } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  IdempotentParameterMismatchException,
  ListTablesCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DeleteCommandInput,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tableInput } from '../../infra/local/table-input.ts'
import { openSubject, type Subject } from './dynamodb-table.ts'

/** The same checks for the local endpoint and, with SLUICE_CONTRACT_DYNAMODB, for any other DynamoDB. */
let subject: Subject
beforeAll(async () => {
  subject = await openSubject()
}, 150_000)
afterAll(() => subject.close())

type Without<I> = Omit<I, 'TableName'>
const TableName = () => subject.table
const put = (input: Without<PutCommandInput>) =>
  subject.db.send(new PutCommand({ TableName: TableName(), ...input } as PutCommandInput))
const get = async (Key: Record<string, unknown>, more: Partial<GetCommandInput> = {}) =>
  (await subject.db.send(new GetCommand({ TableName: TableName(), Key, ConsistentRead: true, ...more }))).Item
const update = (input: Without<UpdateCommandInput>) =>
  subject.db.send(new UpdateCommand({ TableName: TableName(), ...input } as UpdateCommandInput))
const remove = (input: Without<DeleteCommandInput>) =>
  subject.db.send(new DeleteCommand({ TableName: TableName(), ...input } as DeleteCommandInput))
const query = (input: Without<QueryCommandInput>) =>
  subject.db.send(new QueryCommand({ TableName: TableName(), ...input }))

/** A key that no other test uses. */
const freshKey = (sk = 'META') => ({ pk: `P#${randomUUID()}`, sk })

/** An item that is there, with these attributes. */
async function stored(attributes: Record<string, unknown>) {
  const key = freshKey()
  await put({ Item: { ...key, ...attributes } })
  return key
}

/** Writes an item, applies an update expression and reads what became of it. */
async function updated(
  attributes: Record<string, unknown>,
  UpdateExpression: string,
  values?: Record<string, unknown>,
) {
  const key = await stored(attributes)
  await update({ Key: key, UpdateExpression, ...(values && { ExpressionAttributeValues: values }) })
  const { pk: _pk, sk: _sk, ...rest } = (await get(key)) as Record<string, unknown>
  return rest
}

const validation = { name: 'ValidationException' }

describe('items', () => {
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
    const plain = subject.client
    const { PutItemCommand, GetItemCommand } = await import('@aws-sdk/client-dynamodb')
    const Key = { pk: { S: key.pk }, sk: { S: key.sk } }

    await plain.send(
      new PutItemCommand({ TableName: TableName(), Item: { ...Key, n: { N: exact }, m: { N: '1.50' } } }),
    )

    const { Item } = await plain.send(
      new GetItemCommand({ TableName: TableName(), Key, ConsistentRead: true }),
    )
    expect(Item).toMatchObject({ n: { N: exact }, m: { N: '1.5' } })
  })
})

describe('conditions', () => {
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
})

describe('updates', () => {
  test('an update makes the item that is missing', async () => {
    const key = freshKey()

    await update({ Key: key, UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': 1 } })

    expect(await get(key)).toEqual({ ...key, a: 1 })
  })

  test('an update that only takes away makes no item', async () => {
    const key = freshKey()

    await update({ Key: key, UpdateExpression: 'REMOVE a' })

    expect(await get(key)).toBeUndefined()
  })

  test('SET computes from the item as it was', async () => {
    expect(
      await updated({ a: 1, b: 10 }, 'SET a = b, b = a + :one, c = b - :half', { ':one': 1, ':half': 0.5 }),
    ).toEqual({ a: 10, b: 2, c: 9.5 })
  })

  test('if_not_exists and list_append build up', async () => {
    const expression =
      'SET tries = if_not_exists(tries, :zero) + :one, notes = list_append(if_not_exists(notes, :none), :note)'
    const values = { ':zero': 0, ':one': 1, ':none': [], ':note': ['n'] }

    expect(await updated({}, expression, values)).toEqual({ tries: 1, notes: ['n'] })
    expect(await updated({ tries: 4, notes: ['m'] }, expression, values)).toEqual({
      tries: 5,
      notes: ['m', 'n'],
    })
  })

  test('ADD adds to numbers and sets', async () => {
    expect(
      await updated({ n: 1, waits: new Set(['a']) }, 'ADD n :two, fresh :two, waits :more, made :more', {
        ':two': 2,
        ':more': new Set(['a', 'b']),
      }),
    ).toEqual({ n: 3, fresh: 2, waits: new Set(['a', 'b']), made: new Set(['a', 'b']) })
  })

  test('DELETE takes members from a set, and the set with its last member', async () => {
    expect(
      await updated(
        { kept: new Set(['a', 'b']), emptied: new Set(['a']) },
        'DELETE kept :gone, emptied :gone',
        {
          ':gone': new Set(['a', 'z']),
        },
      ),
    ).toEqual({ kept: new Set(['b']) })
  })

  test('REMOVE counts list elements as they were', async () => {
    expect(await updated({ keep: ['a', 'b', 'c', 'd'], x: 1 }, 'REMOVE keep[0], keep[2], x')).toEqual({
      keep: ['b', 'd'],
    })
  })

  test('nested members and elements are set in place', async () => {
    expect(
      await updated({ m: { a: { b: 1 }, c: 2 }, l: ['x'] }, 'SET m.a.b = :v, l[7] = :v, m.d = :v', {
        ':v': 9,
      }),
    ).toEqual({ m: { a: { b: 9 }, c: 2, d: 9 }, l: ['x', 9] })
  })

  test.each([
    ['ALL_OLD', { a: 1, b: 1 }],
    ['ALL_NEW', { a: 2, b: 1 }],
    ['UPDATED_OLD', { a: 1 }],
    ['UPDATED_NEW', { a: 2 }],
  ] as const)('%s returns what it names', async (ReturnValues, expected) => {
    const key = await stored({ a: 1, b: 1 })

    const { Attributes } = await update({
      Key: key,
      UpdateExpression: 'SET a = :two',
      ExpressionAttributeValues: { ':two': 2 },
      ReturnValues,
    })

    expect(Attributes).toEqual(ReturnValues.startsWith('ALL') ? { ...key, ...expected } : expected)
  })

  test.each([
    ['an update of the key', 'SET pk = :v', { ':v': 'x' }],
    ['arithmetic on text', 'SET a = s + :v', { ':v': 1 }],
    ['ADD of a number to text', 'ADD s :v', { ':v': 1 }],
    ['an operand that is not there', 'SET a = absent', undefined],
    ['a path into nothing', 'SET absent.a = :v', { ':v': 1 }],
    ['overlapping paths', 'SET m.a = :v, m = :v', { ':v': 1 }],
    ['a reserved word', 'SET status = :v', { ':v': 1 }],
    ['a value that is not used', 'SET a = :v', { ':v': 1, ':unused': 1 }],
    ['an empty text as index key', 'SET gsi1pk = :v', { ':v': '' }],
    ['a number as index key', 'SET gsi1pk = :v', { ':v': 1 }],
  ])('%s is refused', async (_, UpdateExpression, values?: Record<string, unknown>) => {
    const key = await stored({ s: 'text', m: {} })

    const failing = update({
      Key: key,
      UpdateExpression,
      ...(values && { ExpressionAttributeValues: values }),
    })

    await expect(failing).rejects.toMatchObject(validation)
  })
})

describe('queries', () => {
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
})

describe('indexes', () => {
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
})

describe('transactions', () => {
  const transact = (TransactItems: object[], ClientRequestToken?: string) =>
    subject.db.send(new TransactWriteCommand({ TransactItems, ClientRequestToken } as never))
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

    const { Responses } = await subject.db.send(
      new TransactGetCommand({
        TransactItems: [
          { Get: { TableName: TableName(), Key: here, ProjectionExpression: 'a' } },
          { Get: { TableName: TableName(), Key: absent } },
        ],
      }),
    )

    expect(Responses).toEqual([{ Item: { a: 1 } }, {}])
  })
})

describe('batches', () => {
  test('25 writes and 100 reads go at once', async () => {
    const keys = Array.from({ length: 25 }, () => freshKey())
    const old = await stored({})
    const requests = keys.slice(1).map((key) => ({ PutRequest: { Item: { ...key, a: 1 } } }))

    await subject.db.send(
      new BatchWriteCommand({
        RequestItems: { [TableName()]: [...requests, { DeleteRequest: { Key: old } }] },
      }),
    )
    const { Responses } = await subject.db.send(
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
      subject.db.send(new BatchWriteCommand({ RequestItems: { [TableName()]: items } } as never))
    const reading = (Keys: Record<string, unknown>[]) =>
      subject.db.send(new BatchGetCommand({ RequestItems: { [TableName()]: { Keys } } }))

    const double = [{ PutRequest: { Item: key } }, { DeleteRequest: { Key: key } }]
    const many = Array.from({ length: 26 }, () => ({ PutRequest: { Item: freshKey() } }))
    await expect(writing(double)).rejects.toMatchObject(validation)
    await expect(writing(many)).rejects.toMatchObject(validation)
    await expect(reading([key, key])).rejects.toMatchObject(validation)
    await expect(reading(Array.from({ length: 101 }, () => freshKey()))).rejects.toMatchObject(validation)
  })
})

describe('limits and errors', () => {
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
    const read = subject.db.send(new GetCommand({ TableName: 'no-such-table', Key: freshKey() }))

    await expect(read).rejects.toBeInstanceOf(ResourceNotFoundException)
    await expect(
      subject.client.send(new DescribeTableCommand({ TableName: 'no-such-table' })),
    ).rejects.toBeInstanceOf(ResourceNotFoundException)
  })

  test('a table is described, listed and made once', async () => {
    const { Table } = await subject.client.send(new DescribeTableCommand({ TableName: TableName() }))
    const { TableNames } = await subject.client.send(new ListTablesCommand({}))

    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', StreamSpecification: { StreamEnabled: true } })
    expect(Table!.GlobalSecondaryIndexes!.map(({ IndexName }) => IndexName).sort()).toEqual([
      'gsi1',
      'gsi2',
      'gsi3',
    ])
    expect(TableNames).toContain(TableName())
    const again = subject.client.send(new CreateTableCommand(tableInput(TableName())))
    await expect(again).rejects.toBeInstanceOf(ResourceInUseException)
  })

  test('a scan finds every item once', async () => {
    const key = await stored({ marker: randomUUID() })
    const { marker } = (await get(key))!
    const seen: unknown[] = []
    let ExclusiveStartKey: Record<string, unknown> | undefined

    do {
      const page = await subject.db.send(
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
})
