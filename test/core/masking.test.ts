import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskOf } from '../../shared/core/masking.ts'

const secret = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' })
const around = fc.string({ maxLength: 10 })

test('J1 a value is masked wherever it stands and however it is written', () => {
  fc.assert(
    fc.property(secret, around, around, (value, before, after) => {
      const mask = maskOf([value])
      const bytes = Buffer.from(value)
      const plain = before + value + after
      for (const text of [
        plain,
        encodeURIComponent(plain),
        JSON.stringify(plain),
        JSON.stringify({ inner: JSON.stringify(plain) }),
        Buffer.from(plain).toString('hex'),
      ])
        expect(mask.text(text)).toContain('•••')
      // Without its first and last characters, which its neighbours have a part in.
      const inside = bytes.toString('base64').slice(4, -4)
      const masked = mask.text(Buffer.concat([Buffer.from('abc'), bytes]).toString('base64'))
      if (inside.length > 4) expect(masked).not.toContain(inside)
    }),
  )
})

test('short values and ordinary text stay as they are', () => {
  expect(maskOf(['abc', '']).text('abc abcd')).toBe('abc abcd')
  expect(maskOf(['12345']).json({ a: 12345, b: [true, null, 'x12345'], '12345': 1 })).toEqual({
    a: '•••',
    b: [true, null, 'x•••'],
    '•••': 1,
  })
})
