import { describe, expect, test } from 'vitest'
import { handler } from '../../functions/script.ts'
import { runScript } from '../../shared/scripts/run-script.ts'
import type { Json } from '../../shared/world.ts'
import { scriptOf } from './script-of.ts'

const run = (code: string, input?: Json, more = {}) => runScript(scriptOf(code, input, more))

describe('a script', () => {
  test.each<[string, string, Json, Json]>([
    [
      'gets its input and gives what it returns',
      'return { sum: input.a + input.b }',
      { a: 1, b: 2 },
      { sum: 3 },
    ],
    ['without return gives null', 'input.a', { a: 1 }, null],
    ['may be nothing', '', null, null],
    [
      'may use today’s JavaScript',
      'return Object.groupBy([1, 2, 3], (n) => (n % 2 ? "odd" : "even")).odd.at(-1) ?? 0',
      null,
      3,
    ],
    [
      'keeps decimals, texts and large whole numbers',
      'return input',
      [0.1, '\u{1F600} {{x}} {% $x %}', 9007199254740991],
      [0.1, '\u{1F600} {{x}} {% $x %}', 9007199254740991],
    ],
    [
      'leaves out what JSON does not know inside of objects',
      'return { a: undefined, b: () => 1, c: [undefined] }',
      null,
      { c: [null] },
    ],
    ['writes dates as texts', 'return { at: new Date(0) }', null, { at: '1970-01-01T00:00:00.000Z' }],
    ['may give as much as a value may hold', 'return "x".repeat(262142).length', null, 262142],
  ])('%s', async (_name, code, input, value) => {
    expect(await run(code, input)).toEqual(value)
  })

  test('knows no time but the moment when its step was entered, in UTC', async () => {
    const code =
      'return [Date.now(), new Date(), Date(), new Date().getTimezoneOffset(), new Date(2026, 0, 1), Date.UTC(1970), new Date() instanceof Date]'

    expect(await run(code, null, { at: '2026-07-02T03:04:05.678Z' })).toEqual([
      Date.parse('2026-07-02T03:04:05.678Z'),
      '2026-07-02T03:04:05.678Z',
      'Thu Jul 02 2026 03:04:05 GMT+0000',
      0,
      '2026-01-01T00:00:00.000Z',
      0,
      true,
    ])
  })

  test('gives the same value when it is tried again, chance included, and another at another visit', async () => {
    const code = 'return Array.from({ length: 5 }, () => Math.random())'
    const first = (await run(code)) as number[]

    expect(await run(code)).toEqual(first)
    for (const other of [
      { iter: '1' },
      { stepId: 'other' },
      { run: 'other' },
      { at: '2026-03-01T06:00:00.001Z' },
    ])
      expect(await run(code, null, other)).not.toEqual(first)
    expect(new Set(first).size).toBe(5)
    expect(first.every((number) => number >= 0 && number < 1)).toBe(true)
  })

  test.each<[string, string, string, string]>([
    ['its own error', 'throw new Error("No stock")', 'Script.Error', 'No stock'],
    ['a text', 'throw "No stock"', 'Script.Error', 'No stock'],
    [
      'an error of the language',
      'let a\nreturn b.c',
      'Script.Error',
      "ReferenceError: 'b' is not defined (line 2)",
    ],
    [
      'a slip of the pen',
      'let a = 1\nreturn )',
      'Script.Syntax',
      "SyntaxError: unexpected token in expression: ')' (line 2)",
    ],
    ['not a number', 'return { a: 0 / 0 }', 'Script.NotJson', 'It returned NaN, which JSON does not have'],
    ['a function', 'return () => 1', 'Script.NotJson', 'It returned a function'],
    ['a BigInt', 'return 5n', 'Script.NotJson', 'It returned a BigInt, which JSON does not have'],
  ])('that ends with %s says so', async (_name, code, name, message) => {
    await expect(run(code)).rejects.toMatchObject({ name, message, stack: '' })
  })

  test('refuses an integer that JSON cannot carry exactly', async () => {
    await expect(run('return 2 ** 60')).rejects.toMatchObject({ code: 'Script.NotJson' })
  })

  test('refuses an input that is too large or too deep before anything runs', async () => {
    let deep: Json = 1
    for (let level = 0; level < 65; level++) deep = [deep]

    await expect(run('return 1', 'x'.repeat(262_143))).rejects.toMatchObject({ code: 'Script.InputTooLarge' })
    await expect(run('return 1', deep)).rejects.toMatchObject({ code: 'Script.InputTooLarge' })
  })

  test('runs beside many others, and each gets its own value', async () => {
    const values = await Promise.all(Array.from({ length: 60 }, (_, n) => run('return input * 2', n)))

    expect(values).toEqual(Array.from({ length: 60 }, (_, n) => n * 2))
  })
})

test('the door runs what it knows, and refuses a newer machine’s event', async () => {
  expect(await handler(scriptOf('return input', 5))).toBe(5)
  await expect(handler({ ...scriptOf(''), v: 2 } as never)).rejects.toThrow('version 2')
})
