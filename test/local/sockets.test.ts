import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Invoked } from '../../infra/local/functions.ts'
import { openSockets, type Sockets } from '../../infra/local/sockets/open.ts'
import type { WebSocketEvent } from '../../infra/local/sockets/websocket-event.ts'
import { inProcess, type Listening, listen } from '../../infra/local/wire.ts'
import { systemClock } from '../../shared/aws/clock.ts'
import { eventually } from '../eventually.ts'
import { keptLog } from './kept-log.ts'

const events: WebSocketEvent[] = []
let answer: (event: WebSocketEvent) => Invoked | Promise<Invoked>
let sockets: Sockets
let server: Server
let url: string
let listening: Listening
/** In the process, and as another program would. */
const clients: Record<string, ApiGatewayManagementApiClient> = {}

beforeAll(async () => {
  sockets = openSockets({
    clock: systemClock,
    log: keptLog(),
    async invoke(event) {
      events.push(event)
      return await answer(event)
    },
  })
  server = createServer()
  server.on('upgrade', sockets.upgrade)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  listening = await listen(sockets.endpoint, 'test')
  const common = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  }
  clients.process = new ApiGatewayManagementApiClient({
    ...common,
    endpoint: 'http://127.0.0.1',
    requestHandler: inProcess(sockets.endpoint),
  })
  clients.network = new ApiGatewayManagementApiClient({ ...common, endpoint: listening.url })
})
afterAll(async () => {
  await sockets.close()
  await listening.close()
  server.close()
})
afterEach(async () => {
  // What a test leaves would tell the next one of its end.
  for (const { socket } of connected) socket.terminate()
  await eventually(() => {
    const ended = events.filter(({ requestContext }) => requestContext.eventType === 'DISCONNECT')
    expect(ended).toHaveLength(connected.length)
  })
  connected.length = 0
})
beforeEach(() => {
  events.length = 0
  answer = () => ({ payload: { statusCode: 200 } })
})

const connected: { socket: WebSocket }[] = []
/** Connects, and says under which id the gateway knows the connection. */
async function connect(path = '/ws/executions/e1', protocols: string[] = []) {
  const socket = new WebSocket(url + path, protocols, {
    headers: { authorization: 'Bearer key', 'x-twice': 'a' },
  })
  const texts: string[] = []
  socket.on('message', (content) => texts.push(content.toString()))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_request, { statusCode }) => reject(new Error(String(statusCode))))
    socket.once('error', reject)
  })
  const made = { socket, texts, id: told('CONNECT', -1)!.requestContext.connectionId }
  connected.push(made)
  return made
}

function told(eventType: string, at = 0) {
  return events.filter(({ requestContext }) => requestContext.eventType === eventType).at(at)
}

describe('events', () => {
  test('a handshake becomes $connect, its path a parameter as the front of AWS makes it', async () => {
    const { id } = await connect('/ws/executions/e1?after=3&after=4')
    const event = told('CONNECT')!

    expect(event).toMatchObject({
      headers: { authorization: 'Bearer key', 'x-twice': 'a', Host: expect.any(String) },
      queryStringParameters: { execution_id: 'e1', after: '4' },
      multiValueQueryStringParameters: { execution_id: ['e1'], after: ['3', '4'] },
      isBase64Encoded: false,
      requestContext: {
        ...{ routeKey: '$connect', eventType: 'CONNECT', messageDirection: 'IN', stage: 'local' },
        ...{ connectionId: id, identity: { sourceIp: '127.0.0.1' } },
        requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
    })
    expect(event.requestContext.messageId).toBeUndefined()
    expect(id).toMatch(/=$/)
  })

  test('frames become $default, and what is returned goes back', async () => {
    const { socket, texts } = await connect()
    answer = (event) => ({ payload: { statusCode: 200, body: `heard ${event.body}` } })
    socket.send('hello')
    await eventually(() => expect(texts).toEqual(['heard hello']))
    socket.send(Buffer.from([1, 2]))
    await eventually(() => expect(texts).toHaveLength(2))
    const messages = events.filter(({ requestContext }) => requestContext.eventType === 'MESSAGE')

    expect(messages).toMatchObject([
      {
        body: 'hello',
        isBase64Encoded: false,
        requestContext: { routeKey: '$default', messageId: expect.any(String) },
      },
      { body: 'AQI=', isBase64Encoded: true },
    ])
  })

  test('the end becomes $disconnect, once', async () => {
    const { socket, id } = await connect()
    socket.close(1000, 'done')
    await eventually(() => expect(told('DISCONNECT')).toBeDefined())

    expect(told('DISCONNECT')?.requestContext).toMatchObject({
      ...{ routeKey: '$disconnect', connectionId: id },
      ...{ disconnectStatusCode: 1000, disconnectReason: 'done' },
    })
    expect(events.filter(({ requestContext }) => requestContext.eventType === 'DISCONNECT')).toHaveLength(1)
  })
})

describe('a handshake', () => {
  test('is refused with the function’s status', async () => {
    answer = () => ({ payload: { statusCode: 403 } })
    await expect(connect()).rejects.toThrow('403')
    answer = () => ({ errorType: 'Error', errorMessage: 'a bug', trace: [] })
    await expect(connect()).rejects.toThrow('502')
    await expect(connect('/ws/elsewhere')).rejects.toThrow('404')
  })

  test('selects the subprotocol that the function names', async () => {
    answer = () => ({ payload: { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'sluice' } } })
    const { socket } = await connect('/ws/executions/e1', ['sluice', 'bearer.secret'])

    expect(socket.protocol).toBe('sluice')
  })

  test('that is not done is nobody’s: what is sent meanwhile finds no connection', async () => {
    const held = Promise.withResolvers<Invoked>()
    answer = () => held.promise
    const opening = connect()
    await eventually(() => expect(events).toHaveLength(1))
    const { connectionId } = events[0]!.requestContext
    const early = clients.process!.send(
      new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'x' }),
    )

    await expect(early).rejects.toBeInstanceOf(GoneException)
    held.resolve({ payload: { statusCode: 200 } })
    await opening
  })
})

describe.each(['process', 'network'])('@connections over the %s', (way) => {
  const send = (id: string, text: string) =>
    clients[way]!.send(new PostToConnectionCommand({ ConnectionId: id, Data: text }))

  test('sends, describes and closes', async () => {
    const { socket, texts, id } = await connect()
    await send(id, '{"text":"ü"}')
    await eventually(() => expect(texts).toEqual(['{"text":"ü"}']))
    const found = await clients[way]!.send(new GetConnectionCommand({ ConnectionId: id }))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await clients[way]!.send(new DeleteConnectionCommand({ ConnectionId: id }))

    expect(found).toMatchObject({ ConnectedAt: expect.any(Date), Identity: { SourceIp: '127.0.0.1' } })
    expect(await closed).toBe(1000)
    await expect(send(id, 'x')).rejects.toBeInstanceOf(GoneException)
  })

  test('knows nobody that was never there, and sends nothing over 128 KB', async () => {
    const { id } = await connect()
    const nobody = { ConnectionId: 'AAAA=' }

    await expect(send('AAAA=', 'x')).rejects.toBeInstanceOf(GoneException)
    await expect(clients[way]!.send(new GetConnectionCommand(nobody))).rejects.toBeInstanceOf(GoneException)
    await expect(clients[way]!.send(new DeleteConnectionCommand(nobody))).rejects.toBeInstanceOf(
      GoneException,
    )
    await expect(send(id, 'x'.repeat(128 * 1024 + 1))).rejects.toBeInstanceOf(PayloadTooLargeException)
  })
})

test('L7 a reader that does not read is dropped at 256 KB, at once for who sends', async () => {
  const { socket, id } = await connect()
  socket.pause()
  const text = 'x'.repeat(100_000)
  const dropped = (async () => {
    for (;;) await clients.process!.send(new PostToConnectionCommand({ ConnectionId: id, Data: text }))
  })()

  await expect(dropped).rejects.toBeInstanceOf(GoneException)
  await eventually(() => expect(told('DISCONNECT')?.requestContext.disconnectStatusCode).toBe(1006))
})

test('a ping frame is answered', async () => {
  const { socket } = await connect()
  const pong = new Promise((resolve) => socket.once('pong', (content) => resolve(content.toString())))
  socket.ping('there?')

  expect(await pong).toBe('there?')
})

test('L9 a flood of ping frames is closed with 1008, a message over 128 KB with 1009', async () => {
  const [pinging, large] = [await connect(), await connect()]
  const codes = [pinging, large].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)))
  for (let sent = 0; sent < 300; sent++) pinging.socket.ping()
  large.socket.send('x'.repeat(128 * 1024 + 1))

  expect(await Promise.all(codes)).toEqual([1008, 1009])
})
