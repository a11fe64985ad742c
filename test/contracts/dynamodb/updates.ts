import { expect, test } from 'vitest'
import { callsOn, freshKey, type Subject, validation } from './subject.ts'

/** What update expressions make of an item. */
export function updates(subject: () => Subject): void {
  const { get, update, stored, updated } = callsOn(subject)

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
}
