import { describe, expect, test } from 'vitest'
import { httpRequest } from '../../shared/steps/http-request.ts'
import type { JsonObject } from '../../shared/world.ts'
import { fakeTools } from './fake-tools.ts'

const url = 'https://api.example.com/data'
const json = { 'Content-Type': 'application/json; charset=utf-8' }

test('gives status, headers, body and time, and writes the line of seed 003', async () => {
  const tools = fakeTools({ headers: json, body: '{"a":[1]}' })

  const output = await httpRequest.run({ url }, tools)

  expect(output).toEqual({ status_code: 200, headers: json, body: { a: [1] }, timing_ms: 12 })
  expect(tools.lines).toEqual([
    { level: 'info', message: 'HTTP request successful', data: { status_code: 200, url } },
  ])
})

test('F4 sends the key of the effect and the trace, unless the author sets them', async () => {
  const tools = fakeTools()

  await httpRequest.run({ url }, tools)
  await httpRequest.run({ url, headers: { 'Idempotency-Key': 'mine' } }, tools)

  expect(tools.requests[0]?.headers).toMatchObject({
    'idempotency-key': 'effect-1',
    traceparent: tools.traceparent,
  })
  expect(tools.requests[1]?.headers).toMatchObject({ 'idempotency-key': 'mine' })
})

describe('the body', () => {
  test.each<[JsonObject[string], string, string]>([
    [{ a: 1 }, '{"a":1}', 'application/json'],
    [[1], '[1]', 'application/json'],
    [0, '0', 'application/json'],
    ['a=1', 'a=1', 'text/plain; charset=utf-8'],
  ])('%j goes out as %s', async (body, text, type) => {
    const tools = fakeTools()

    await httpRequest.run({ url, method: 'post', body }, tools)

    expect(tools.requests[0]).toMatchObject({ method: 'POST', body: text, headers: { 'content-type': type } })
  })

  test('keeps the content type that the author wrote', async () => {
    const tools = fakeTools()

    await httpRequest.run(
      { url, method: 'PUT', body: 'a=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      tools,
    )

    expect(tools.requests[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  test('with GET is refused', async () => {
    await expect(httpRequest.run({ url, body: {} }, fakeTools())).rejects.toMatchObject({
      code: 'Http.BadRequest',
    })
  })

  test.each([
    ['no JSON', json, '{', '{'],
    ['JSON without its content type', { 'content-type': 'text/plain' }, '{"a":1}', '{"a":1}'],
    ['a problem document', { 'content-type': 'application/problem+json' }, '{"a":1}', { a: 1 }],
    ['JSON of 65 levels', json, '['.repeat(65) + ']'.repeat(65), '['.repeat(65) + ']'.repeat(65)],
    ['nothing', json, '', null],
  ])('that comes back as %s is read so', async (_, headers, body, expected) => {
    expect(await httpRequest.run({ url }, fakeTools({ headers, body }))).toMatchObject({ body: expected })
  })
})

describe('a status', () => {
  test.each([
    [404, 'Http.4xx'],
    [500, 'Http.5xx'],
    [301, 'Http.3xx'],
  ])('of %i is the error %s', async (status, code) => {
    await expect(httpRequest.run({ url }, fakeTools({ status }))).rejects.toMatchObject({
      code,
      message: `HTTP request failed with status ${status}`,
      data: { status_code: status, url },
    })
  })

  test('that has a row is a result', async () => {
    const tools = fakeTools({ status: 404 })

    expect(await httpRequest.run({ url, rows: ['client_error'] }, tools)).toMatchObject({ status_code: 404 })
    await expect(httpRequest.run({ url, rows: ['server_error'] }, tools)).rejects.toMatchObject({
      code: 'Http.4xx',
    })
  })

  test.each([
    [404, ['2xx', 404], true],
    [204, '2xx', true],
    [200, [201], false],
    [503, '5xx', true],
  ])('M13 %i with expect %j', async (status, expected, fine) => {
    const call = httpRequest.run({ url, expect: expected }, fakeTools({ status }))

    if (fine) await expect(call).resolves.toMatchObject({ status_code: status })
    else await expect(call).rejects.toMatchObject({ code: 'Http.2xx' })
  })
})

test('query values are added to those in the URL; null is left out, a list repeats the name', async () => {
  const tools = fakeTools()

  await httpRequest.run({ url: `${url}?a=1`, query: { b: 'x y', c: [1, 2], d: null, e: true } }, tools)

  expect(tools.requests[0]?.url).toBe(`${url}?a=1&b=x+y&c=1&c=2&e=true`)
})

describe('auth', () => {
  test.each<[JsonObject, string, string]>([
    [{ bearer: 't' }, 'authorization', 'Bearer t'],
    [
      { basic: { username: 'ann', password: 'pässword' } },
      'authorization',
      `Basic ${btoa('ann:p\u00c3\u00a4ssword')}`,
    ],
    [{ apiKey: { header: 'X-Api-Key', value: 'k' } }, 'x-api-key', 'k'],
  ])('%j is a header', async (auth, name, value) => {
    const tools = fakeTools()

    await httpRequest.run({ url, auth }, tools)

    expect(tools.requests[0]?.headers[name]).toBe(value)
  })

  test('an API key may go into the query', async () => {
    const tools = fakeTools()

    await httpRequest.run({ url, auth: { apiKey: { query: 'key', value: 'k' } } }, tools)

    expect(tools.requests[0]?.url).toBe(`${url}?key=k`)
  })
})

test.each<[string, JsonObject]>([
  ['a forbidden header', { headers: { Host: 'x' } }],
  ['a proxy header', { headers: { 'Proxy-Authorization': 'x' } }],
  ['a line break in a header', { headers: { 'X-A': 'a\r\nX-B: b' } }],
  ['a NUL in a header', { headers: { 'X-A': 'a\0' } }],
  ['a header name with a space', { headers: { 'X A': 'a' } }],
  ['headers that are a list', { headers: ['a'] }],
  ['a line break in a token', { auth: { bearer: 'a\nb' } }],
  ['a forbidden header as an API key', { auth: { apiKey: { header: 'Host', value: 'x' } } }],
  ['no URL', { url: 'nowhere' }],
  ['another scheme', { url: 'file:///etc/passwd' }],
  ['a password in the URL', { url: 'https://a:b@example.com/' }],
])('I %s is refused before anything is sent', async (_, args) => {
  const tools = fakeTools()

  await expect(httpRequest.run({ url, ...args }, tools)).rejects.toMatchObject({ code: 'Http.BadRequest' })
  expect(tools.requests).toEqual([])
})

test.each([
  [undefined, 30_000],
  [5, 5000],
  [100, 60_000],
])('M13 a limit of %s s bounds the call to %i ms', async (timeoutSeconds, timeoutMs) => {
  const tools = fakeTools({}, timeoutSeconds === undefined ? {} : { timeoutSeconds })

  await httpRequest.run({ url }, tools)

  expect(tools.requests[0]?.timeoutMs).toBe(timeoutMs)
})

test('what is wrong can be told when the flow is saved', () => {
  const paths = (params: object) =>
    httpRequest.params.safeParse(params).error?.issues.map(({ path }) => path.join('.')) ?? []

  expect(paths({})).toEqual(['url'])
  expect(paths({ url: 'nowhere', method: 'FETCH' })).toEqual(['url', 'method'])
  expect(paths({ url, headers: { Host: 'x' } })).toEqual(['headers.Host'])
  expect(paths({ url, auth: { bearer: 'a', basic: { username: 'a', password: 'b' } } })).toEqual(['auth'])
  expect(paths({ url, expect: '6xx' })).toEqual(['expect'])
  expect(
    paths({
      url: '{{inputs.url}}',
      method: '{{inputs.method}}',
      headers: '{{inputs.headers}}',
      query: '{{q}}',
    }),
  ).toEqual([])
})
