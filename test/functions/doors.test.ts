import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open as openDashboard } from '../../functions/dashboard.ts'
import { door, httpDoor } from '../../functions/door.ts'
import { open as openOwn } from '../../functions/own.ts'
import { open as openStep } from '../../functions/step.ts'
import type { StepEvent } from '../../shared/asl/step-event.ts'
import type { HttpRequest } from '../../shared/http/exchange.ts'
import { makeTenant, type Tenant } from '../tenants.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

let opened: TestWorld
let acme: Tenant
beforeAll(async () => {
  opened = await openTestWorld()
  acme = await makeTenant(opened.world, 'acme')
})
afterAll(() => opened.close())

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 29_000 } as Context

function event(
  method: string,
  path: string,
  more: Partial<APIGatewayProxyEventV2> = {},
): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: { http: { method, sourceIp: '203.0.113.7' } },
    ...more,
  } as APIGatewayProxyEventV2
}

describe('a door of the HTTP API', () => {
  test('hands on the request as the gateway gave it', async () => {
    const seen: HttpRequest[] = []
    const handler = httpDoor(async (_world, request) => {
      seen.push(request)
      return { status: 201, headers: { 'x-one': 'two' }, body: 'said' }
    })(opened.world)
    const sent = {
      rawQueryString: 'a=1&a=2',
      headers: { 'x-three': 'four' },
      body: 'eyJhIjoxfQ==',
      isBase64Encoded: true,
    }

    const result = await handler(event('POST', '/v1/flow', sent), context)

    expect(result).toEqual({ statusCode: 201, headers: { 'x-one': 'two' }, body: 'said' })
    expect(seen[0]).toMatchObject({
      ...{ method: 'POST', path: '/v1/flow', query: 'a=1&a=2', headers: { 'x-three': 'four' } },
      ...{ address: '203.0.113.7', remainingMs: 29_000 },
    })
    expect(Buffer.from(seen[0]!.body).toString()).toBe('{"a":1}')
  })

  test('answers by its face', async () => {
    const handler = openDashboard(opened.world)
    const headers = { authorization: `Bearer ${acme.token.viewer}`, 'x-forwarded-for': '1.2.3.4' }
    const result = await handler(event('GET', '/v1/flow', { headers }), context)

    expect(result).toMatchObject({ statusCode: 200, headers: { 'request-id': expect.any(String) } })
  })
})

describe('the door of last resort', () => {
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    openOwn(opened.world)(event(method, path, { headers }), context) as Promise<{
      statusCode: number
      headers: Record<string, string>
      body: string
    }>

  test('answers pre-flights of every face', async () => {
    const { statusCode, headers } = await ask('OPTIONS', '/api/v1/flows')

    expect([statusCode, headers.allow]).toEqual([204, 'GET, HEAD, POST, OPTIONS'])
  })

  test('answers wrong methods in the words of the face that was meant', async () => {
    const seed003 = await ask('PATCH', '/api/v1/flows')
    const seed001 = await ask('PUT', '/v1/flow')

    expect([seed003.statusCode, seed003.headers.allow]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
    expect(JSON.parse(seed003.body)).toEqual({
      error: { code: 'invalid_request', message: 'The request was invalid' },
    })
    expect(JSON.parse(seed001.body)).toMatchObject({ statusCode: 405, error: { code: 'invalid_request' } })
  })

  test('answers unknown paths so, and does no other face’s work', async () => {
    const statuses = await Promise.all(
      ['/nothing', '/api/v1/nothing', '/v1/flow/', '/v1/flow'].map(
        async (path) => (await ask('GET', path)).statusCode,
      ),
    )

    expect(statuses).toEqual([404, 404, 404, 404])
  })
})

describe('the step door', () => {
  const step = (sent: object) => openStep(opened.world)(sent as StepEvent, context)

  test('refuses loudly what this release does not know', async () => {
    await expect(step({ v: 2, kind: 'work' })).rejects.toThrow('version 2 of the step event')
    await expect(step({ v: 1, kind: 'dance' })).rejects.toThrow('asks for dance')
  })

  // The runbook follows runs and organisations through the log, which named neither.
  test('logs what it is about', async () => {
    const before = opened.log.lines.length
    const run = { id: 'r-1', orgId: 'o-1' }
    await step({ v: 1, kind: 'work', run, at: 'no moment', type: 'no type' }).catch(() => {})

    expect(opened.log.lines.slice(before)).toMatchObject([
      { level: 'error', fields: { awsRequestId: 'aws-1', runId: 'r-1', org: 'o-1' } },
    ])
  })
})

test('J5 a failure is logged under the invocation and leaves without its stack', async () => {
  const broken = door(async () => {
    throw new TypeError('a bug')
  })(opened.world)
  const before = opened.log.lines.length
  const error: Error = await broken({}, context).then(
    () => new Error('it did not fail'),
    (thrown) => thrown,
  )

  expect([error.name, error.message, error.stack]).toEqual(['TypeError', 'a bug', ''])
  expect(opened.log.lines.slice(before)).toMatchObject([
    { level: 'error', fields: { awsRequestId: 'aws-1', error: 'TypeError', message: 'a bug' } },
  ])
})
