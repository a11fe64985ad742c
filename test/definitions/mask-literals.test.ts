import { describe, expect, test } from 'vitest'
import { maskMember } from '../../shared/definitions/mask-literals.ts'
import { secretsNamed } from '../../shared/definitions/secret-names.ts'

const mask = (key: string, value: never | unknown, around: object = {}) =>
  maskMember(key, value as never, around as never)

describe('what only its author may know is taken out', () => {
  test.each([
    ['Authorization', 'Bearer sk-live-1'],
    ['authorization', 'sk-live-1'],
    ['Proxy-Authorization', 'Basic dTpw'],
    ['X-Api-Key', 'abc'],
    ['apiKey', 'abc'],
    ['api_key', 12345678],
    ['secret', 'whsec_abc'],
    ['clientSecret', 'abc'],
    ['access_token', 'abc'],
    ['X-Auth-Token', 'abc'],
    ['bearer', 'abc'],
    ['password', 'abc'],
    ['Cookie', 'session=abc123'],
    // A reference beside it makes a literal no less literal.
    ['Authorization', 'Bearer sk-live-4f{{secrets.REST}}'],
    ['Authorization', '{{"sk-live-1"}}'],
    ['Authorization', "Bearer ${'sk-live-1'}"],
  ])('%s: %s', (key, value) => {
    expect(mask(key, value)).toBe('•••')
  })

  test('also inside, beside its name, and in an address', () => {
    expect(mask('apiKey', { header: 'X-Key', value: 'abc' })).toEqual({ header: 'X-Key', value: '•••' })
    expect(mask('api_key', ['a', '{{secrets.B}}'])).toEqual(['•••', '{{secrets.B}}'])
    expect(mask('value', 'abc', { key: 'apiKey' })).toBe('•••')
    expect(mask('default', 'abc', { name: 'pin', type: 'password' })).toBe('•••')
    expect(mask('default', 7, { name: 'pin', type: 'number', sensitive: true })).toBe('•••')
    expect(mask('url', 'https://ann:pw@crm.example.com/a?api_key=abc&page=1')).toBe(
      'https://•••@crm.example.com/a?api_key=•••&page=1',
    )
  })
})

describe('what is a reference, computed or no credential stays', () => {
  test.each([
    ['Authorization', 'Bearer {{secrets.CRM_KEY}}'],
    ['Authorization', 'Bearer ${secrets.CRM_KEY}'],
    ['Authorization', '{{inputs.header}}'],
    ['Cookie', 'session={{secrets.SESSION}}'],
    ['secret', '{{ secrets.HOOK }}'],
    ['apiKey', ''],
    ['password', null],
    ['maxTokens', 100],
    ['nextToken', 'abc'],
    ['tokens', 'abc'],
    ['Accept', 'application/json'],
    ['url', 'https://crm.example.com/a?token={{secrets.T}}&page=1'],
  ])('%s: %s', (key, value) => {
    expect(mask(key, value)).toEqual(value)
  })

  test('a default that anybody may see', () => {
    expect(mask('default', 'renewal', { name: 'topic', type: 'text' })).toBe('renewal')
    expect(mask('value', 'abc', { key: 'cartId' })).toBe('abc')
  })
})

test.each([
  ['colons of an address', 'url', `https://${':'.repeat(200_000)}`],
  ['addresses', 'url', 'https://a:'.repeat(20_000)],
  ['opened expressions', 'secret', '{{'.repeat(100_000)],
  ['closed expressions', 'secret', '{{a}}'.repeat(40_000)],
  ['expressions of two kinds', 'secret', '${{'.repeat(80_000)],
  ['spaces', 'secret', `{{a}}${' '.repeat(200_000)}.`],
  ['dashes of a name', '-_'.repeat(100_000), 'x'],
])('many %s take no long time', (_name, key, value) => {
  const started = performance.now()
  mask(key, value)
  secretsNamed({ [key]: value })

  expect(performance.now() - started).toBeLessThan(1000)
})
