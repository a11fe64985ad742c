import { describe, expect, test } from 'vitest'
import { readRawBody } from '../../shared/http/raw-body.ts'
import type { Route } from '../../shared/http/route.ts'
import { requestOf } from './caller.ts'

const route = { alsoTakes: ['application/x-www-form-urlencoded'], takesFile: null } as unknown as Route
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
    const body = read(text, type)
    expect(() => body.read()).toThrow(expect.objectContaining({ code }))
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

describe('a form with files', () => {
  const taking = { ...route, takesFile: 10 } as Route
  const send = async (parts: [name: string, value: string | Blob][], to = taking) => {
    const data = new FormData()
    for (const [name, value] of parts) data.append(name, value)
    const response = new Response(data)
    const headers = { 'content-type': response.headers.get('content-type')! }
    return readRawBody(to, requestOf('POST', '/', { body: await response.bytes(), headers }))
  }
  const file = (text: string) => new File([text], 'ü.txt', { type: 'text/plain' })

  test('is taken apart: fields as of any form, and files', async () => {
    const body = await send([
      ['a', '1'],
      ['a', '2'],
      ['letter', file('dear')],
    ])

    expect(await body.form()).toEqual({
      fields: { a: ['1', '2'] },
      files: [{ part: 'letter', filename: 'ü.txt', contentType: 'text/plain', bytes: Buffer.from('dear') }],
    })
  })

  test('that are too large, together too, is not taken; nor is a long text, nor more than would be read', async () => {
    for (const parts of [
      [['one', file('12345678901')]],
      [
        ['one', file('123456')],
        ['two', file('123456')],
      ],
      [['text', 'x'.repeat(64 * 1024 + 1)]],
      Array.from({ length: 1001 }, (_, at) => [`a${at}`, '1']),
    ] as [string, string | Blob][][])
      await expect((await send(parts)).form()).rejects.toMatchObject({ code: 'payload_too_large' })
  })

  test('is not taken where no file is', async () => {
    await expect(send([['letter', file('dear')]], route)).rejects.toMatchObject({
      code: 'unsupported_media_type',
    })
  })
})
