import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpDoor, type OpenDoor } from '../../functions/door.ts'
import { open as openSocket, type SocketEvent } from '../../functions/socket.ts'
import type { Settings } from '../../shared/world.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

interface EdgeRequest {
  uri: string
  headers: Record<string, { value: string }>
  querystring: Record<string, { value: string }>
}

describe('the function at the edge', () => {
  let atTheEdge: (event: { viewer: { ip: string }; request: EdgeRequest }) => EdgeRequest
  const asked = (uri: string, headers: EdgeRequest['headers'] = {}): EdgeRequest =>
    atTheEdge({ viewer: { ip: '198.51.100.7' }, request: { uri, headers, querystring: {} } })

  beforeAll(async () => {
    const file = join(import.meta.dirname, '../../infra/front/viewer-request.js')
    const code = `${readFileSync(file, 'utf8')}\nexport { handler }`
    const module = await import(`data:text/javascript,${encodeURIComponent(code)}`)
    atTheEdge = module.handler
  })

  test('leads a run’s WebSocket path to the one path that a WebSocket API has', () => {
    expect(asked('/ws/executions/run_1')).toMatchObject({
      uri: '/SOCKET_STAGE',
      querystring: { execution_id: { value: 'run_1' } },
    })
  })

  test.each(['/ws/executions/', '/ws/executions/a/b', '/v1/flow', '/'])('leaves %s alone', (uri) => {
    expect(asked(uri)).toMatchObject({ uri, querystring: {} })
  })

  test('overwrites what a caller says of its own address', () => {
    expect(asked('/v1/flow', { 'sluice-viewer-address': { value: '203.0.113.1' } }).headers).toEqual({
      'sluice-viewer-address': { value: '198.51.100.7' },
    })
  })
})

describe('a function behind CloudFront', () => {
  const secret = 'what only the distribution and the functions know'
  const seen: { address: string; headers: Record<string, string> }[] = []
  let here: TestWorld
  beforeAll(async () => {
    here = await openTestWorld()
  })
  afterAll(() => here.close())
  const opened = (origin?: { secret: string; required: boolean }) => {
    const { world } = here
    const door: OpenDoor<APIGatewayProxyEventV2, unknown> = httpDoor(async (_, { address, headers }) => {
      seen.push({ address, headers })
      return { status: 200, headers: {}, body: '' }
    })
    const serve = door({ ...world, settings: { ...world.settings, ...(origin ? { origin } : {}) } })
    return (headers: Record<string, string>) =>
      serve(
        {
          headers,
          rawPath: '/health',
          rawQueryString: '',
          isBase64Encoded: false,
          requestContext: { requestId: 'r-1', http: { method: 'GET', sourceIp: '192.0.2.9' } },
        } as unknown as APIGatewayProxyEventV2,
        { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 1000 } as Context,
      )
  }
  const come = { 'sluice-origin': secret, 'sluice-viewer-address': '198.51.100.7', accept: '*/*' }

  test('takes the caller’s address from it, and shows its headers to nobody', async () => {
    expect(await opened({ secret, required: true })(come)).toMatchObject({ statusCode: 200 })
    expect(seen.at(-1)).toEqual({ address: '198.51.100.7', headers: { accept: '*/*' } })
  })

  test('believes nobody who lacks the secret', async () => {
    await opened({ secret, required: false })({ ...come, 'sluice-origin': 'a guess' })
    expect(seen.at(-1)!.address).toBe('192.0.2.9')
    await opened()(come)
    expect(seen.at(-1)!.address).toBe('192.0.2.9')
  })

  test('with a firewall refuses who went past it', async () => {
    const before = seen.length
    expect(await opened({ secret, required: true })({ accept: '*/*' })).toMatchObject({
      statusCode: 403,
      body: expect.stringContaining(`is called at ${here.world.settings.baseUrl}, not at`),
    })
    expect(seen).toHaveLength(before)
  })
})

// The bound and the rules of a firewall counted for the HTTP API alone.
describe('the function that lets watchers in', () => {
  const secret = 'what only the distribution and the functions know'
  let here: TestWorld
  beforeAll(async () => {
    here = await openTestWorld()
  })
  afterAll(() => here.close())
  const asked = async (origin: Settings['origin'], headers: Record<string, string>) => {
    const { world } = here
    const settings = { ...world.settings, ...(origin === undefined ? {} : { origin }) }
    const result = await openSocket({ ...world, settings })(
      { headers, requestContext: { eventType: 'CONNECT', connectionId: 'c-1' } } as unknown as SocketEvent,
      { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 1000 } as Context,
    )
    return (result as { statusCode: number }).statusCode
  }

  test('with a firewall refuses who went past it', async () => {
    expect(await asked({ secret, required: true }, {})).toBe(403)
    expect(await asked({ secret, required: true }, { 'Sluice-Origin': 'a guess' })).toBe(403)
  })

  test('asks everybody else for what else is asked', async () => {
    const noCredential = await asked(undefined, {})

    expect(noCredential).not.toBe(403)
    expect(await asked({ secret, required: true }, { 'Sluice-Origin': secret })).toBe(noCredential)
    expect(await asked({ secret, required: false }, {})).toBe(noCredential)
  })
})
