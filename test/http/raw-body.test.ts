import { describe, expect, test } from 'vitest'
import { readRawBody } from '../../shared/http/raw-body.ts'
import type { Route } from '../../shared/http/route.ts'
import { requestOf } from './caller.ts'

const route = { alsoTakes: ['application/x-www-form-urlencoded'] } as unknown as Route
const read = (body: string | Uint8Array, type = 'application/json') =>
  readRawBody(route, requestOf('POST', '/', { body, headers: { 'content-type': type } }))
const form = 'application/x-www-form-urlencoded; charset=utf-8'

test('the bytes are there before anything is read', () => {
  const bytes = Buffer.from([0x7b, 0xff, 0xfe])
  const body = read(bytes)

  expect(Buffer.from(body.bytes)).toEqual(bytes)
  expect(() => body.read()).toThrow('not UTF-8')
})

describe('what they say', () => {
  test.each([
    ['{"a": [1, null]}', 'application/json', { a: [1, null] }],
    ['5', 'application/json; charset=utf-8', 5],
    ['a=1&b=x+y%20z&a=2&a=3&c', form, { a: ['1', '2', '3'], b: 'x y z', c: '' }],
    ['constructor=1&toString=2', form, { constructor: '1', toString: '2' }],
  ])('%s as %s', (text, type, value) => {
    expect(read(text, type).read()).toEqual(value)
  })

  test('nothing is null', () => {
    expect(readRawBody(route, requestOf('POST', '/')).read()).toBeNull()
  })

  test.each([
    ['{"__proto__": {}}', 'application/json', 'invalid_request'],
    ['{"a":1,"a":2}', 'application/json', 'invalid_request'],
    ['{"a":9007199254740993}', 'application/json', 'validation_failed'],
    ['__proto__=1', form, 'invalid_request'],
  ])('%s is refused', (text, type, code) => {
    expect(() => read(text, type).read()).toThrow(expect.objectContaining({ code }))
  })
})

test.each([
  ['text/plain', 'unsupported_media_type'],
  ['application/json; charset=latin1', 'unsupported_media_type'],
])('%s is not taken', (type, code) => {
  expect(() => read('{}', type)).toThrow(expect.objectContaining({ code }))
})

test('more than 1 MiB is not taken', () => {
  expect(() => read(new Uint8Array(1024 * 1024 + 1))).toThrow(
    expect.objectContaining({ code: 'payload_too_large' }),
  )
})
