import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrict, StrictJsonError } from '../shared/strict-json.ts'

function refusal(text: string): { code: string; pointer: string; offset: number } {
  try {
    parseStrict(text)
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    return { code: error.code, pointer: error.pointer, offset: error.offset }
  }
  throw new Error(`Was read: ${text.slice(0, 80)}`)
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

describe('what is refused', () => {
  test.each([
    ['H1 65 levels', nested(65), 'json_too_deep', '/0'.repeat(64), 64],
    ['H2 __proto__', '{"a":{"__proto__":{}}}', 'json_forbidden_key', '/a/__proto__', 6],
    ['H2 an escaped __proto__', '{"\\u005f_proto__":1}', 'json_forbidden_key', '/__proto__', 1],
    [
      'H2 constructor.prototype',
      '{"constructor":{"prototype":1}}',
      'json_forbidden_key',
      '/constructor/prototype',
      16,
    ],
    ['H3 a duplicate key', '{"role":1,"b":2,"role":3}', 'json_duplicate_key', '/role', 16],
    ['H3 a duplicate key written differently', '{"a/b":1,"a\\u002fb":3}', 'json_duplicate_key', '/a~1b', 9],
    ['H4 an integer beyond 2^53', '{"n":[1,9007199254740993]}', 'json_inexact_number', '/n/1', 8],
    ['H4 the same with a zero fraction', '9007199254740993.0', 'json_inexact_number', '', 0],
    ['H4 an integer beyond 2^53 with an exponent', '[1e16]', 'json_inexact_number', '/0', 1],
    ['H4 1e400', '1e400', 'json_inexact_number', '', 0],
    ['H4 1e-400', '1e-400', 'json_inexact_number', '', 0],
    ['H4 NaN', 'NaN', 'json_syntax', '', 0],
    ['H4 Infinity', '[-Infinity]', 'json_syntax', '/0', 1],
    ['H5 a lone surrogate', '"\ud800"', 'json_bad_unicode', '', 0],
    ['H5 an escaped lone surrogate', '["\\udc00x"]', 'json_bad_unicode', '/0', 1],
    ['H5 a byte order mark', '\ufeff{}', 'json_syntax', '', 0],
    ['a raw control character', '"a\u0000"', 'json_syntax', '', 2],
    ['nothing', '', 'json_syntax', '', 0],
    ['two values', '{} {}', 'json_syntax', '', 3],
    ['a trailing comma', '[1,]', 'json_syntax', '/1', 3],
    ['an open string', '"abc', 'json_syntax', '', 4],
    ['an open string after an escape', '"a\\n', 'json_syntax', '', 4],
    ['a bad escape', '"\\x41"', 'json_syntax', '', 1],
    ['a leading zero', '01', 'json_syntax', '', 1],
    ['single quotes', "{'a':1}", 'json_syntax', '', 1],
  ])('%s', (_, text, code, pointer, offset) => {
    expect(refusal(text)).toEqual({ code, pointer, offset })
  })

  test('H1 200,000 levels are refused at once', () => {
    const started = performance.now()

    expect(refusal(nested(200_000)).code).toBe('json_too_deep')

    // It reads no further than the first level too many; a busy machine may pause.
    expect(performance.now() - started).toBeLessThan(200)
  })
})

describe('what is read', () => {
  test('H1 64 levels', () => {
    expect(JSON.stringify(parseStrict(nested(64)))).toBe(nested(64))
  })

  test('H4 numbers at the edge, and -0 as 0', () => {
    expect(parseStrict('[9007199254740991,-9007199254740991,-0,-0.0e5,0e400,1e300,0.1,5e-324]')).toEqual([
      9007199254740991, -9007199254740991, 0, 0, 0, 1e300, 0.1, 5e-324,
    ])
  })

  test('H2 constructor and prototype where they cannot do harm', () => {
    expect(parseStrict('{"constructor":1,"prototype":{"constructor":2}}')).toEqual({
      constructor: 1,
      prototype: { constructor: 2 },
    })
  })

  test('whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', noUnicodeString: false } as object), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!/\d{16}/.test(text) && !text.includes('__proto__') && !/\\ud[89a-f]/i.test(text))

        expect(parseStrict(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('any text is either read as JSON.parse reads it or refused with a code', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\',
      '1',
      '-',
      '.5',
      'e9',
      'null',
      ' ',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        let read: unknown
        try {
          read = parseStrict(text)
        } catch (error) {
          expect(error).toBeInstanceOf(StrictJsonError)
          if ((error as StrictJsonError).code === 'json_syntax') expect(() => JSON.parse(text)).toThrow()
          return
        }
        expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 2000 },
    )
  })

  test('notices tell where keys and values begin', () => {
    const places: [string, number, number][] = []

    parseStrict('{ "a": [ true, {"b":1} ] }', (path, key, value) => places.push([path.join('.'), key, value]))

    expect(places).toEqual([
      ['a', 2, 7],
      ['a.0', 9, 9],
      ['a.1', 15, 15],
      ['a.1.b', 16, 20],
    ])
  })

  test('6 MB flat in the time of a blink', () => {
    const text = JSON.stringify(
      Array.from({ length: 100_000 }, (_, n) => ({ id: n, name: `customer ${n}`, ok: true })),
    )
    parseStrict(text)
    const started = performance.now()

    parseStrict(text)

    expect(performance.now() - started).toBeLessThan(1000)
  })
})
