import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
beforeAll(async () => {
  toys = await openToyWorld()
})
afterAll(() => toys.close())

const post = (body: unknown, headers: Record<string, string> = {}, path = '/toys') =>
  toys.send('POST', path, { as: toys.acme.token.user, body, headers })
const lastBody = () => toys.toy.last.body
const deep = (levels: number) =>
  `{"name":"a","nested":${'{"a":'.repeat(levels - 2)}{}${'}'.repeat(levels - 2)}}`

describe('the type of a body', () => {
  test.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['Application/JSON;charset="UTF-8"'],
  ])('takes %s', async (type) => {
    expect((await post({ name: 'a' }, { 'content-type': type })).status).toBe(200)
  })

  test.each([
    ['text/plain'],
    ['text/json'],
    ['application/json; charset=latin1'],
    ['application/json, text/plain'],
    ['application/yaml'],
    ['multipart/form-data; boundary=x'],
    ['application/x-www-form-urlencoded'],
    [''],
  ])('K5 refuses %s and says what it takes', async (type) => {
    const { status, body } = await post({ name: 'a' }, { 'content-type': type })

    expect([status, body.code, body.details]).toEqual([
      415,
      'unsupported_media_type',
      { accepted: ['application/json'] },
    ])
  })

  test('a route may take texts besides JSON', async () => {
    const { status } = await post('a: 1', { 'content-type': 'application/yaml' }, '/toys/text')

    expect([status, lastBody()]).toEqual([200, 'a: 1'])
  })

  test.each(['gzip', 'br', 'identity', ''])('H1 refuses a Content-Encoding of %j', async (encoding) => {
    const answer = await post(gzipSync('{"name":"a"}'), { 'content-encoding': encoding })

    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type'])
  })
})

describe('the size and form of a body', () => {
  test('H1 one byte over 1 MiB is refused, 1 MiB is read', async () => {
    const text = (length: number) => `{"name":"${'x'.repeat(length - 11)}"}`
    const fits = await post(text(1_048_576))
    const over = await post(text(1_048_577))

    expect(fits.status).toBe(200)
    expect([over.status, over.body.code, over.body.details]).toEqual([
      413,
      'payload_too_large',
      { limitBytes: 1_048_576 },
    ])
  })

  test('H1 depth 64 is read, 65 and 200,000 are refused at once', async () => {
    const fits = await post(deep(64))
    const over = await post(deep(65))
    const far = await post(deep(200_000))

    expect(fits.status).toBe(200)
    expect([over.status, far.status]).toEqual([400, 413])
    expect(over.body.code).toBe('invalid_request')
  })

  test.each([
    ['nothing readable', '{"name":'],
    ['a word', 'name'],
    ['H3 a duplicate key', '{"name":"a","name":"b"}'],
    ['H3 a duplicate key in other letters', '{"name":"a","n\\u0061me":"b"}'],
    ['H2 __proto__', '{"name":"a","__proto__":{"polluted":1}}'],
    ['H2 __proto__ escaped', '{"name":"a","\\u005f_proto__":{"polluted":1}}'],
    ['H2 __proto__ inside', '{"name":"a","nested":{"b":[{"__proto__":{"polluted":1}}]}}'],
    ['H2 constructor.prototype', '{"name":"a","nested":{"constructor":{"prototype":{"polluted":1}}}}'],
    ['H5 half a surrogate pair', '{"name":"\\ud800"}'],
    ['H4 NaN', '{"name":"a","size":NaN}'],
    ['two values', '{"name":"a"}{"name":"b"}'],
    ['an array', '[{"name":"a"}]'],
    ['a text', '"name"'],
    ['null', 'null'],
  ])('refuses %s with 400', async (_what, text) => {
    const before = toys.toy.calls.length
    const { status, body } = await post(text)

    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(toys.toy.calls.length).toBe(before)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('refuses bytes that are no UTF-8, and a byte order mark', async () => {
    const broken = await post(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
    // Without an issue the face whose sentences are fixed had nothing to say of the cause.
    expect(broken.body.details.issues).toMatchObject([{ path: '', code: 'not_utf8' }])
    const marked = await post('\ufeff{"name":"a"}')

    expect([broken.status, marked.status]).toEqual([400, 400])
  })

  test('says where the text cannot be read', async () => {
    const { body } = await post('{\n  "name": "a",\n  "name": "b"\n}')

    expect(body.details.issues).toEqual([expect.objectContaining({ line: 3, column: 3 })])
  })

  test.each([['9007199254740993'], ['-9007199254740992'], ['1e400'], ['1e-400']])(
    'H4 refuses %s, which cannot be held exactly, with 422',
    async (number) => {
      const { status, body } = await post(`{"name":"a","size":${number}}`)

      expect([status, body.code, body.details.issues[0].path]).toEqual([422, 'validation_failed', '/size'])
    },
  )

  test('H4 the largest whole numbers are read exactly, and -0 as 0', async () => {
    await post('{"name":"a","size":9007199254740991}')
    const largest = lastBody()
    await post('{"name":"a","size":-0}')

    expect(largest).toEqual({ name: 'a', size: 9007199254740991 })
    expect(Object.is((lastBody() as { size: number }).size, 0)).toBe(true)
  })

  test('H5 any other text is read as it is', async () => {
    const name = 'Zo\u0308e \u202e \u200b \u{1f600} \u0000'
    await post({ name })

    expect(lastBody()).toEqual({ name })
  })
})

describe('the members of a body', () => {
  test('an absent body counts as {} where every member is optional', async () => {
    const patched = await toys.send('PATCH', `/toys/${id}`, { as: toys.acme.token.user })

    expect([patched.status, lastBody()]).toEqual([200, {}])
  })

  test('an absent body is 400 elsewhere, and says what is missing', async () => {
    const { status, body } = await post(undefined)

    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.details.issues).toEqual([{ path: '/name', code: 'required', message: 'name is required' }])
  })

  test('K11 unknown members are refused, all of them, with their pointers', async () => {
    const { status, body } = await post({ name: 'a', orgId: 'b', role: 'admin', 'a/b': 1 })

    expect([status, body.code]).toEqual([422, 'validation_failed'])
    expect(body.details.issues.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual(
      [
        ['/orgId', 'unknown_member'],
        ['/role', 'unknown_member'],
        ['/a~1b', 'unknown_member'],
      ],
    )
  })

  test('everything that is wrong is told at once', async () => {
    const { body } = await post({ size: 'big', more: 1 })

    expect(body.details.issues.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual(
      [
        ['/name', 'required'],
        ['/size', 'invalid_type'],
        ['/more', 'unknown_member'],
      ],
    )
    expect(body.message).toBe('3 problems in the body')
  })

  test('what is sent to a route without a body is not read', async () => {
    const sent = { as: toys.acme.token.viewer, body: '{"name":', headers: { 'content-type': 'text/plain' } }

    expect((await toys.send('POST', '/me', sent)).status).toBe(200)
  })
})

const id = '0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11'
