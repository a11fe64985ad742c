import { expect, test } from 'vitest'
import { readTree } from '../../shared/expressions/parse.ts'
import { parsePath } from '../../shared/expressions/parse-path.ts'

test.each([
  'a',
  ' a ',
  'a.b.c',
  '\n customer.body.score\t',
  '$a',
  '$s_customer.body',
  '$_x.y',
  '_a._b',
  '__proto__.x',
])('a plain path is read as the parser reads it: %j', (source) => {
  expect(parsePath(source)).toEqual(readTree(source))
})

test.each([
  'a . b',
  'a.`b`',
  'a[0]',
  'a.and',
  'true',
  'in.a',
  '$',
  '$$',
  'a.$b',
  'a..b',
  '1',
  '',
  'é.b',
  'a.b c',
  'function',
])('anything else is left to the parser: %j', (source) => {
  expect(parsePath(source)).toBeUndefined()
})
