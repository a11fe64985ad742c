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
        new URLSearchParams({ plain }).toString(),
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

// A secret with a character that only forms encode stood in the address that the log of its step tells; one in an address,
// or in the HTML of an answer, was not found for `"`, `<`, `>` or `&`.
test.each<[string, (value: string) => string]>([
  ['a query that is appended', (value) => urlOf((url) => url.searchParams.append('key', value))],
  ['a query as written', (value) => urlOf((url) => (url.search = `?key=${value}`))],
  ['a path', (value) => urlOf((url) => (url.pathname = `/${value}/end`))],
  ['a fragment', (value) => urlOf((url) => (url.hash = value))],
  ['HTML', (value) => html(value, '"', "'")],
  ['HTML of PHP', (value) => html(value, '&quot;', '&#039;').replaceAll('/', '&#x2F;')],
  ['HTML of Python', (value) => html(value, '&quot;', '&#x27;')],
  ['HTML of Go', (value) => html(value, '&#34;', '&#39;')],
  ['JSON of PHP', (value) => JSON.stringify(value).replaceAll('/', '\\/')],
  ['JSON of Go', (value) => JSON.stringify(value).replace(/[<>&]/g, unicode)],
  ['JSON of Python', (value) => JSON.stringify(value).replace(/[^ -~]/g, unicode)],
])('J1 a value is masked in %s', (_name, written) => {
  for (const value of [`k-!~*'()+/"<&>^{}|-é`, "MyP@ssw0rd!'", 'ünï/"c&ode'])
    expect(maskOf([value]).text(`before ${written(value)} after`)).toMatch(/^before \S*•••\S* after$/)
})

function urlOf(change: (url: URL) => void): string {
  const url = new URL('https://api.example.com/')
  change(url)
  return url.href
}

function html(value: string, quote: string, apostrophe: string): string {
  const must = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return must.replaceAll('"', quote).replaceAll("'", apostrophe)
}

function unicode(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`
}
