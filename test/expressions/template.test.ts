import { describe, expect, test } from 'vitest'
import { freeNames, secretsIn } from '../../shared/expressions/names.ts'
import { parseTemplate } from '../../shared/expressions/template.ts'
import { parseTree } from '../../shared/expressions/tree.ts'

describe('a template', () => {
  test.each([
    ['plain', false, ['plain']],
    ['', false, ['']],
    ['{{a}}', true, ['a']],
    ['{{ {"a": {"b": 1}} }}', true, [' {"a": {"b": 1}} ']],
    ['{{{"a": {"b": 1}}}}', true, ['{"a": {"b": 1}}']],
    ['x {{a}} y {{b}}', false, ['x ', 'a', ' y ', 'b']],
    ['{{"}}"}}', true, ['"}}"']],
    ["{{'}}'}}{{b}}", false, ["'}}'", 'b']],
    ['a } b {{c}}', false, ['a } b ', 'c']],
    ['{{{c}}', false, ['{', 'c']],
    ['{"a": {{c}}}', false, ['{"a": ', 'c', '}']],
  ])('%s', (text, whole, parts) => {
    const template = parseTemplate(text)

    expect(template.whole).toBe(whole)
    expect(template.parts.map((part) => ('tree' in part ? part.source : part.text))).toEqual(parts)
  })

  test.each([
    ['{{a', 'expression_syntax', 0],
    ['x {{a +}}', 'expression_syntax', 6],
    ['{{}}', 'expression_syntax', 2],
    ['{{a ?? b}}', 'expression_syntax', 5],
    ['{{a ?: b}}', 'expression_syntax', 5],
    ['{{$eval("1")}}', 'expression_unsupported', 6],
    ['{{($f := $eval; $f("1"))}}', 'expression_unsupported', 14],
    ['{{$$.a}}', 'expression_unsupported', 3],
    ['{{$states.input}}', 'expression_unsupported', 8],
    ['{{$.a}}', 'expression_unsupported', 2],
    ['{{*}}', 'expression_unsupported', 2],
    [`{{"${'x'.repeat(8200)}"}}`, 'expression_too_long', 2],
    [`{{${'['.repeat(300)}1${']'.repeat(300)}}}`, 'expression_too_deep', 203],
  ])('H9 %.40s is refused with its place', (text, code, offset) => {
    expect(() => parseTemplate(text)).toThrow(expect.objectContaining({ code, offset: expect.any(Number) }))
    try {
      parseTemplate(text)
    } catch (error) {
      expect(Math.abs((error as { offset: number }).offset - offset)).toBeLessThanOrEqual(2)
    }
  })

  test.each(['items[$ > 1]', '$map(items, function($v) { $v })', 'a.*', 'a.**'])(
    '%s is accepted',
    (source) => {
      expect(parseTemplate(`{{${source}}}`).whole).toBe(true)
    },
  )
})

describe('names', () => {
  test('tell what is read of them, where, and whether they can only mean the context', () => {
    const found = freeNames(parseTree('customer.body.score > 80 and items[price > limit].name = topic'))

    expect(found).toEqual([
      { name: 'customer', path: ['body', 'score'], offset: 0, certain: true },
      { name: 'items', path: [], offset: 29, certain: true },
      { name: 'price', path: [], offset: 35, certain: false },
      { name: 'limit', path: [], offset: 43, certain: false },
      { name: 'topic', path: [], offset: 57, certain: true },
    ])
  })

  test.each([
    ['secrets.KEY', ['KEY']],
    ['"Bearer " & secrets.KEY', ['KEY']],
    ['secrets', [null]],
    ['secrets.KEY.more', [null]],
    ['items[secrets.KEY]', [null]],
    ['customer.secrets', []],
  ])('%s reads the secrets %j', (source, keys) => {
    expect(secretsIn(parseTree(source))).toEqual(keys)
  })
})
