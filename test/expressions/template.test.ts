import { describe, expect, test } from 'vitest'
import { ExpressionError } from '../../shared/expressions/error.ts'
import { hasTemplate, parseTemplate } from '../../shared/expressions/template.ts'

const sources = (text: string) =>
  parseTemplate(text).parts.map((part) => (part.type === 'text' ? part.text : [part.source]))

describe('a template', () => {
  test('is text and expressions in turn', () => {
    expect(sources('Hello {{name}}, you owe {{ total }}.')).toEqual([
      'Hello ',
      ['name'],
      ', you owe ',
      [' total '],
      '.',
    ])
    expect(sources('plain')).toEqual(['plain'])
    expect(sources('')).toEqual([])
    expect(hasTemplate('plain')).toBe(false)
    expect(hasTemplate('a {{b}}')).toBe(true)
  })

  test('is whole only when nothing stands beside its one expression', () => {
    expect(parseTemplate('{{a}}').whole).toBe(true)
    expect(parseTemplate('{{a}} ').whole).toBe(false)
    expect(parseTemplate('{{a}}{{b}}').whole).toBe(false)
    expect(parseTemplate('a').whole).toBe(false)
  })

  test.each([
    ['objects', '{{ {"a": {"b": 1}} }}', ' {"a": {"b": 1}} '],
    ['objects without spaces', '{{{"a":{"b":1}}}}', '{"a":{"b":1}}'],
    ['text with braces', '{{ "}}" & a }}', ' "}}" & a '],
    ['text with escaped quotes', '{{ "\\"}}" }}', ' "\\"}}" '],
    ['single quotes', "{{ '}}' }}", " '}}' "],
    ['quoted names', '{{ `}}`.a }}', ' `}}`.a '],
    ['comments', '{{ a /* }} */ }}', ' a /* }} */ '],
    ['regular expressions', '{{ $contains(a, /["\'`]{0,2}/) }}', ' $contains(a, /["\'`]{0,2}/) '],
    ['division', '{{ a / b }} / {{ c / d }}', ' a / b '],
  ])('holds %s', (_what, text, source) => {
    const [part] = parseTemplate(text).parts

    expect(part).toMatchObject({ type: 'expression', source, offset: 2 })
  })

  test('gives the same object for the same text', () => {
    expect(parseTemplate('x {{y}}')).toBe(parseTemplate('x {{y}}'))
  })

  test.each([
    ['a {{b', 'expression_syntax', 2],
    ['a {{"b}}', 'expression_syntax', 2],
    ['{{}}', 'expression_syntax', 2],
    ['abc {{a + }}', 'expression_syntax', 10],
    ['abc {{a b}}', 'expression_syntax', 8],
    ['{{a ?? b}}', 'expression_unsupported', 4],
    ['{{(a}}', 'expression_syntax', 4],
    ['{{ "a\\x" }}', 'expression_syntax', 6],
    ['x {{ $$ }}', 'expression_unsupported', 5],
    [`x {{${'a'.repeat(8193)}}}`, 'expression_too_long', 4 + 8192],
  ])('is refused with its place: %.40s', (text, code, offset) => {
    expect(() => parseTemplate(text)).toThrow(ExpressionError)
    expect(() => parseTemplate(text)).toThrow(expect.objectContaining({ code, offset }))
  })
})
