import fc from 'fast-check'
import jsonata from 'jsonata'
import { expect, test } from 'vitest'
import { bare, constant, constantText, expression, isExpression } from '../../shared/asl/expression.ts'

test('an expression stands on one line', () => {
  expect(expression('a\n  & b')).toBe('{% a & b %}')
})

test('a text that the engine would take for an expression, or not take at all, is an expression of itself', async () => {
  const texts = fc.oneof(fc.constantFrom('', '{%', '%}', '{% 1 %}', 'a\nb', '\u2028'), fc.string())
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const written = constantText(text)
      if (isExpression(written)) expect(await jsonata(bare(written)).evaluate({})).toBe(text)
      else expect(written).toBe(text)
      expect(/[\n\u2028\u2029]/.test(written)).toBe(false)
      expect(bare(`{%${written}%}`)).not.toMatch(/^\{%.*\{%/)
    }),
  )
})

test('constants keep their shape, and lists of lists become expressions', async () => {
  const written = constant({ a: [1, 'x'], b: [[1], ['{% 1 %}']] }) as { a: unknown; b: string }

  expect(written.a).toEqual([1, 'x'])
  expect(await jsonata(bare(written.b)).evaluate({})).toEqual([[1], ['{% 1 %}']])
})
