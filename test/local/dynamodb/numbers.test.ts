import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addNumbers, canonicalNumber, compareNumbers } from '../../../infra/local/dynamodb/numbers.ts'
import { Refused } from '../../../infra/local/dynamodb/refuse.ts'

test.each([
  ['1.50', '1.5'],
  ['-0', '0'],
  ['0.0', '0'],
  ['007', '7'],
  ['1e3', '1000'],
  ['1.2E-3', '0.0012'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
])('%s is stored as %s', (written, stored) => {
  expect(canonicalNumber(written)).toBe(stored)
})

test.each(['', 'x', '1e126', '1e-131', '1.2.3', 'Infinity', 'NaN', '0x10', '1'.repeat(39)])(
  '%s is no number here',
  (written) => {
    expect(() => canonicalNumber(written)).toThrow(Refused)
  },
)

/** Numbers of up to six decimals, as text and as millionths. */
const decimal = fc
  .bigInt({ min: -(10n ** 25n), max: 10n ** 25n })
  .map((millionths) => ({ millionths, text: canonicalNumber(`${millionths}e-6`) }))

test('addition, subtraction and order are exact', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const exact = (millionths: bigint) => canonicalNumber(`${millionths}e-6`)

      expect(addNumbers(a.text, b.text)).toBe(exact(a.millionths + b.millionths))
      expect(addNumbers(a.text, b.text, -1)).toBe(exact(a.millionths - b.millionths))
      expect(Math.sign(compareNumbers(a.text, b.text))).toBe(
        Number(a.millionths > b.millionths) - Number(a.millionths < b.millionths),
      )
    }),
  )
})

test('a sum of more than 38 digits is refused', () => {
  expect(() => addNumbers('1e37'.replace('e37', '0'.repeat(37)), '0.1')).toThrow(Refused)
})
