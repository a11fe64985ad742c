import { describe, expect, test } from 'vitest'
import { parseCompiled, parseExpression } from '../../shared/expressions/gate.ts'

const unsupported = 'expression_unsupported'

describe('an author may not write', () => {
  test.each([
    ['a ?? b', 2, '$exists(a) ? a : b'],
    ['a ?: b', 2, '$exists(a) ? a : b'],
    ['$eval("1")', 0, 'the expression itself'],
    ['($f := $eval; $f("1"))', 7, 'the expression itself'],
    ['$map(a, $eval)', 8, 'the expression itself'],
    ['a ~> $eval', 5, 'the expression itself'],
    ['a[$$.b = 1]', 2, 'name the input or step'],
    ['$states.input', 0, 'name the input or step'],
    ['$foo.bar', 0, 'read without `$`'],
    ['count(a)', 5, 'functions begin with `$`'],
    ['$count := 3', 0, 'choose another'],
    ['$', 0, 'the item inside'],
    ['a & $', 4, 'the item inside'],
    ['$map(a, function($i){ $ })', 22, 'the item inside'],
    ['*', 0, 'inputs.*'],
    ['**.a', 0, 'inputs.*'],
    ['$uppercase()', 10, 'needs 1 argument'],
    ['$substring("a", 1, 2, 3)', 10, 'at most 3'],
    ['{"a": 1, "a": 2}', 10, 'written twice'],
    ['$sum', 0, 'call it'],
    ['function($x){ $x }', 0, 'call it'],
    ['(1; $sum)', 0, 'call it'],
    ['`__proto__`.a', 0, '`__proto__`'],
    ['{"__proto__": 1}', 0, '`__proto__`'],
    ['{"_jsonata_lambda": true}', 0, 'is not a key'],
    ['$match(a, /(?=b)c/)', 0, 'Look-around'],
    ['$match(a, /(b)\\1/)', 0, 'refer back'],
  ])('%s', (source, offset, hint) => {
    expect(() => parseExpression(source)).toThrow(
      expect.objectContaining({ code: unsupported, message: expect.stringContaining(hint) }),
    )
    if (offset > 0)
      expect(() => parseExpression(source)).toThrow(
        expect.objectContaining({ offset: expect.toSatisfy((at: number) => Math.abs(at - offset) <= 2) }),
      )
  })

  test('brackets without end or without measure', () => {
    for (const source of ['('.repeat(4000), '['.repeat(8000), `${'('.repeat(200)}a${')'.repeat(200)}`])
      expect(() => parseExpression(source)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^expression_(syntax|unsupported)$/) }),
      )
  })

  test('a chain that is too deep', () => {
    expect(() => parseExpression(Array(200).fill('a').join(' & '))).toThrow(
      expect.objectContaining({ code: unsupported, message: expect.stringContaining('128') }),
    )
  })
})

test.each([
  'customer.body.score > 80',
  '$map(items, function($i){ $i.name })',
  'items[$ > 3]',
  'items.$',
  'items.*',
  'items.$uppercase()',
  'items ~> $count',
  'items ~> $map(function($i){ $i })',
  '($total := $sum(items.price); $total * 2)',
  'items@$i.(parts[$i.id = id])',
  '$uuid() & $hash("a", "MD5")',
  'items.(%.name)',
])('an author may write %s', (source) => {
  expect(parseExpression(source)).toBeDefined()
})

describe('a compiled expression', () => {
  test('may read variables and $states', () => {
    expect(parseCompiled('$states.input.a & $s_b & $')).toBeDefined()
  })

  test.each(['$eval("1")', 'a ?? b', '($eval := 1)', 'a +', `${'a'.repeat(70_000)}`])(
    'is refused: %.20s',
    (source) => {
      expect(() => parseCompiled(source)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^expression_/) }),
      )
    },
  )
})
