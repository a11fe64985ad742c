import { afterAll, beforeAll, expect, test } from 'vitest'
import { openToyWorld, type ToyWorld } from './toy-world.ts'

let toys: ToyWorld
beforeAll(async () => {
  toys = await openToyWorld({ SLUICE_CORS_ORIGINS: 'https://app.example.com,https://two.example.com' })
})
afterAll(() => toys.close())

const listed = 'https://app.example.com'
const from = (method: string, path: string, origin: string, headers: Record<string, string> = {}) =>
  toys.send(method, path, { as: toys.acme.token.viewer, headers: { origin, ...headers } })

test('K12 a listed origin is echoed, and only exactly', async () => {
  const { headers } = await from('GET', '/toys', listed)

  expect(headers).toMatchObject({ 'access-control-allow-origin': listed, vary: 'Origin' })
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
})

test.each([
  'https://evil.example.com',
  'https://app.example.com.evil',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://APP.example.com',
  'null',
])('K12 %s gets no CORS header', async (origin) => {
  const { status, headers } = await from('GET', '/toys', origin)

  expect(status).toBe(200)
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  expect(headers.vary).toBe('Origin')
})

test('K12 open routes are for every origin, without credentials', async () => {
  const { headers } = await from('GET', '/open', 'https://evil.example.com')

  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
})

// Only requests that named an origin once had it.
test.each([
  ['an answer', 'GET', 200],
  ['an error', 'PUT', 405],
])('open routes say so to whoever asks: %s', async (_what, method, status) => {
  const answer = await toys.send(method, '/open')

  expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, '*'])
})

test('what a browser may read is named header by header', async () => {
  const { headers } = await from('GET', '/toys', listed)

  expect(headers['access-control-expose-headers']?.split(', ')).toEqual(
    expect.arrayContaining(['Request-Id', 'Location', 'ETag', 'Link', 'Sluice-Run-Id', 'Preference-Applied']),
  )
})

test.each([
  ['not signed in', 'GET', '/toys', 401],
  ['no such path', 'GET', '/nowhere', 404],
  ['a wrong method', 'PUT', '/toys', 405],
])('errors carry the same headers: %s', async (_what, method, path, status) => {
  const answer = await toys.send(method, path, { headers: { origin: listed } })

  expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, listed])
})

test('a pre-flight tells the methods of that path and the headers that may be sent', async () => {
  const { status, text, headers } = await from(
    'OPTIONS',
    '/toys/0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11',
    listed,
    { 'access-control-request-method': 'PATCH' },
  )

  expect([status, text]).toEqual([204, ''])
  expect(headers).toMatchObject({
    'access-control-allow-origin': listed,
    'access-control-allow-methods': 'GET, HEAD, PATCH, DELETE, OPTIONS',
    'access-control-allow-headers':
      'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, resume-token, sluice-step, traceparent, x-hook-id, x-request-id',
    'access-control-max-age': '7200',
    allow: 'GET, HEAD, PATCH, DELETE, OPTIONS',
    'request-id': expect.stringMatching(/^req_/),
  })
})

test('M1 a pre-flight needs no credential and calls nothing', async () => {
  const before = toys.toy.calls.length
  const { status, headers } = await toys.send('OPTIONS', '/toys', {
    headers: { origin: 'https://evil.example.com' },
  })

  expect(status).toBe(204)
  expect(headers).not.toHaveProperty('access-control-allow-origin')
  expect(toys.toy.calls.length).toBe(before)
})

test('a pre-flight of no path is 404', async () => {
  expect((await from('OPTIONS', '/nowhere', listed)).status).toBe(404)
})
