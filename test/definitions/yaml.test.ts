import { describe, expect, test } from 'vitest'
import { placesOf } from '../../shared/definitions/places.ts'
import { parseYaml, YamlError } from '../../shared/definitions/yaml.ts'

describe('YAML becomes the JSON it stands for', () => {
  test.each([
    [
      'core words',
      'a: yes\nb: true\nc: ~\nd:\ne: null\nf: False',
      { a: 'yes', b: true, c: null, d: null, e: null, f: false },
    ],
    [
      'numbers',
      'a: 1\nb: -0\nc: 0x1F\nd: 0o7\ne: 1e3\nf: .5\ng: +1\nh: 012',
      { a: 1, b: 0, c: 31, d: 7, e: 1000, f: 0.5, g: 1, h: 12 },
    ],
    [
      'what looks like more than it is',
      'a: 2020-01-01\nb: 1_000\nc: 1.0.0\nd: 0b1\ne: .\nf: 12:30',
      { a: '2020-01-01', b: '1_000', c: '1.0.0', d: '0b1', e: '.', f: '12:30' },
    ],
    [
      'texts',
      'a: "1"\nb: \'null\'\nc: !!str 5\nd: |\n  x\n  y\ne: >\n  x\n  y',
      { a: '1', b: 'null', c: '5', d: 'x\ny\n', e: 'x y\n' },
    ],
    ['keys that are words', 'true: a\nfalse: b\n1: c\nnull: d', { true: 'a', false: 'b', 1: 'c', null: 'd' }],
    ['flow style', '{a: [1, {b: c}], "d": }', { a: [1, { b: 'c' }], d: null }],
    ['comments, a byte order mark, CRLF', '\ufeff# c\r\na: 1 # d\r\n', { a: 1 }],
    ['a quoted merge key, which is a key like others', '"<<": 1', { '<<': 1 }],
  ])('%s', (_, text, value) => {
    expect(parseYaml(text)).toEqual(value)
  })
})

describe('what is refused', () => {
  test.each([
    ['an alias', 'a: *b', 'yaml_alias'],
    ['an anchor', 'a: &b 1', 'yaml_anchor'],
    ['a tag', 'a: !!binary eA==', 'yaml_tag'],
    ['a merge key', 'a:\n  <<: {b: 1}', 'yaml_merge_key'],
    ['H3 a key given twice', 'a: 1\n"a": 2', 'yaml_duplicate_key'],
    ['H2 __proto__', 'a:\n  __proto__: 1', 'yaml_forbidden_key'],
    ['H2 constructor.prototype', 'constructor: {prototype: {}}', 'yaml_forbidden_key'],
    ['a complex key', '[a, b]: 1', 'yaml_complex_key'],
    ['two documents', 'a: 1\n---\nb: 1', 'yaml_several_documents'],
    ['H4 an integer beyond 2^53', 'a: 9007199254740993', 'yaml_inexact_number'],
    ['H4 a hexadecimal one', 'a: 0xFFFFFFFFFFFFFFFF', 'yaml_inexact_number'],
    ['H4 1e400', 'a: 1e400', 'yaml_inexact_number'],
    ['H4 1e-400', 'a: -1e-400', 'yaml_inexact_number'],
    ['H4 infinity', 'a: -.inf', 'yaml_inexact_number'],
    ['H4 not a number', 'a: .NaN', 'yaml_inexact_number'],
    ['H5 half a surrogate pair', 'a: "\\ud800"', 'yaml_bad_unicode'],
    ['33 levels', '['.repeat(33) + ']'.repeat(33), 'yaml_too_deep'],
    ['a tab as indentation', 'a:\n\tb: 1', 'yaml_syntax'],
    ['only comments', '# nothing\n', 'yaml_empty'],
  ])('%s', (_, text, code) => {
    expect(() => parseYaml(text)).toThrow(expect.objectContaining({ name: 'YamlError', code }))
    expect(() => parseYaml(text)).toThrow(YamlError)
  })

  test('31 levels are read', () => {
    const text = '['.repeat(31) + ']'.repeat(31)

    expect(JSON.stringify(parseYaml(text))).toBe(text)
  })
})

describe('places', () => {
  const text = `a: one
b:
  c: [1, {d: "two {{x}}"}]
  empty:
  e: |
    first
    then {{y}}
`
  const places = placesOf({ text, format: 'yaml' })

  test.each([
    ['/a', 1, 1],
    ['/b/c', 3, 3],
    ['/b/c/0', 3, 7],
    ['/b/c/1/d', 3, 11],
    ['/b/empty', 4, 3],
    ['/b/missing/deep', 2, 1],
    ['/nowhere', 1, 1],
    ['', 1, 1],
  ])('%s', (pointer, line, column) => {
    expect(places.find(pointer)).toEqual({ line, column })
  })

  test('inside a text', () => {
    expect(places.find('/b/c/1/d', { value: 'two {{x}}', offset: 6 })).toEqual({ line: 3, column: 21 })
    expect(places.find('/b/e', { value: 'first\nthen {{y}}\n', offset: 11 })).toEqual({ line: 7, column: 10 })
  })

  test('the same of JSON', () => {
    const json = placesOf({ text: '{\n  "a": 1,\n  "b": { "c~/d": [ 1,\n 2 ] }\n}', format: 'json' })

    expect(json.find('/b/c~0~1d')).toEqual({ line: 3, column: 10 })
    expect(json.find('/b/c~0~1d/1')).toEqual({ line: 4, column: 2 })
  })
})
