import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Front, openFront } from '../../infra/local/front.ts'
import type { Invoked } from '../../infra/local/functions.ts'

interface Seen {
  face: string
  event: APIGatewayProxyEventV2
}

const seen: Seen[] = []
let answer: Invoked
let front: Front
const last = () => seen.at(-1)!

beforeAll(async () => {
  front = await openFront({
    port: 0,
    routes: [
      { method: 'GET', path: '/v1/flow/{id}', face: 'dashboard' },
      { method: 'GET', path: '/v1/flow/preferences', face: 'dashboard' },
      { method: 'POST', path: '/v1/client/flow/{id}/execute', face: 'client' },
    ],
    async invoke(face, event) {
      seen.push({ face, event })
      return answer
    },
  })
})
afterAll(() => front.close())

test('a request becomes the event of payload 2.0', async () => {
  answer = {
    payload: { statusCode: 202, headers: { 'x-one': 'two' }, cookies: ['a=1', 'b=2'], body: 'später' },
  }

  const response = await fetch(`${front.url}/v1/client/flow/f1/execute?wait=1&tag=a&tag=b%20c`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Cookie: 'k=v; l=w', 'X-Twice': 'x' },
    body: '{"a":"ü"}',
  })

  expect(last().face).toBe('client')
  expect(last().event).toMatchObject({
    version: '2.0',
    routeKey: 'POST /v1/client/flow/{id}/execute',
    rawPath: '/v1/client/flow/f1/execute',
    rawQueryString: 'wait=1&tag=a&tag=b%20c',
    queryStringParameters: { wait: '1', tag: 'a,b c' },
    pathParameters: { id: 'f1' },
    cookies: ['k=v', 'l=w'],
    headers: { 'content-type': 'application/json', 'x-twice': 'x' },
    body: '{"a":"ü"}',
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', sourceIp: '127.0.0.1' } },
  })
  expect(last().event.headers).not.toHaveProperty('cookie')
  expect(response.status).toBe(202)
  expect(response.headers.get('x-one')).toBe('two')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await response.text()).toBe('später')
})

test('a body that is not text travels as base64, both ways', async () => {
  const bytes = Buffer.from([0, 255, 128, 7])
  answer = { payload: { statusCode: 200, body: bytes.toString('base64'), isBase64Encoded: true } }

  const response = await fetch(`${front.url}/v1/client/flow/f1/execute`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: bytes,
  })

  expect(last().event).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true })
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
})

// Their place was taken by U+FFFD, and that was stored: nobody could see that the body was no text.
test('bytes that are no UTF-8 reach the function as they came, whatever their type says', async () => {
  const bytes = Buffer.from('7b2261223a22ff227d', 'hex')
  answer = { payload: { statusCode: 200, body: '' } }
  await fetch(`${front.url}/v1/client/flow/f1/execute`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bytes,
  })

  expect(last().event).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true })
})

test.each([
  ['GET', '/v1/flow/preferences', 'GET /v1/flow/preferences', 'dashboard'],
  ['GET', '/v1/flow/f1', 'GET /v1/flow/{id}', 'dashboard'],
  ['HEAD', '/v1/flow/f1', 'GET /v1/flow/{id}', 'dashboard'],
  ['DELETE', '/v1/flow/f1', '$default', 'own'],
  ['OPTIONS', '/v1/flow/f1', '$default', 'own'],
  ['GET', '/v1/flow/f1/', '$default', 'own'],
  ['GET', '/V1/flow/f1', '$default', 'own'],
  ['GET', '/v1//f1', '$default', 'own'],
])('C8 %s %s goes to %s', async (method, path, routeKey, face) => {
  answer = { payload: { statusCode: 200, body: '' } }

  await fetch(front.url + path, { method })

  expect([last().event.routeKey, last().face]).toEqual([routeKey, face])
})

test('what is not shaped as a reply goes out as 200 JSON', async () => {
  answer = { payload: { fine: true } }

  const response = await fetch(`${front.url}/v1/flow/f1`)

  expect([response.status, await response.json()]).toEqual([200, { fine: true }])
})

test('a function that threw is a bare 500, without its words', async () => {
  answer = { errorType: 'TypeError', errorMessage: 'secret detail', trace: [] }

  const response = await fetch(`${front.url}/v1/flow/f1`)

  expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }])
})

test('H1 a body over 10 MB is 413 and reaches no function', async () => {
  const before = seen.length

  const response = await fetch(`${front.url}/v1/client/flow/f1/execute`, {
    method: 'POST',
    body: 'x'.repeat(10 * 1024 * 1024 + 1),
  })

  expect([response.status, seen.length]).toEqual([413, before])
})

test('a reply over six megabytes is a bare 500, as Lambda would not deliver it', async () => {
  answer = { payload: { statusCode: 200, body: 'x'.repeat(6_291_457) } }

  const response = await fetch(`${front.url}/v1/flow/f1`)

  expect(response.status).toBe(500)
})
