import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { type Invoked, payloadLimitBytes } from './functions.ts'
import { gatewayEvent } from './gateway-event.ts'
import { type RouteRow, routeTable } from './route-table.ts'

/** Largest body that the HTTP API takes. */
const bodyLimitBytes = 10 * 1024 * 1024
/** How long a client may take over its headers and its body. */
const readTimeoutMs = 10_000
/** The same for what is beside the API: an upload takes as long as its URL opens something. */
const besideTimeoutMs = 3_600_000
/** The HTTP API's own limit on an integration. */
const integrationTimeoutMs = 30_000

/** The HTTP API of the local account. */
export interface Front {
  /** e.g. `http://127.0.0.1:8080`. */
  url: string
  /** Stops accepting and waits up to ten seconds for what is under way. */
  close(): Promise<void>
}

export interface FrontOptions {
  routes: readonly RouteRow[]
  /** Invokes the function behind a face. */
  invoke(face: string, event: APIGatewayProxyEventV2): Promise<Invoked>
  /** Takes requests that want to become WebSockets. @default they are refused */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void
  port: number
  host?: string
  /** Other services at the same address. @default none */
  beside?: Beside[]
}

/** A service that answers some requests by itself. */
export interface Beside {
  isFor(request: IncomingMessage): boolean
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** Starts the HTTP front: requests become API Gateway events (payload 2.0), as the deployed HTTP API makes them. */
export async function openFront({
  routes,
  invoke,
  upgrade,
  port,
  host = '127.0.0.1',
  beside = [],
}: FrontOptions): Promise<Front> {
  const find = routeTable(routes)
  const server = createServer(
    { requestTimeout: besideTimeoutMs, headersTimeout: readTimeoutMs },
    (request, response) => {
      const other = beside.find(({ isFor }) => isFor(request))
      const work = other ? other.answer(request, response) : answer(request, response, find, invoke)
      void work.catch(() => gatewayError(response, 500, 'Internal Server Error'))
    },
  )
  server.keepAliveTimeout = 60_000
  if (upgrade) server.on('upgrade', upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: actual } = server.address() as AddressInfo
  return { url: `http://${host}:${actual}`, close: () => closeGently(server) }
}

function closeGently(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), 10_000)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  find: ReturnType<typeof routeTable>,
  invoke: FrontOptions['invoke'],
): Promise<void> {
  if (request.url?.startsWith('/ws/')) return upgradeRequired(response)
  const late = setTimeout(() => tooLate(request, response), readTimeoutMs)
  const body = await readBody(request).finally(() => clearTimeout(late))
  if (body === 'too large') return gatewayError(response, 413, 'Request Entity Too Large')
  const { face, event } = gatewayEvent(request, body, find)
  const invoked = await inTime(invoke(face, event))
  if (invoked === 'overtime') return gatewayError(response, 503, 'Service Unavailable')
  if ('errorType' in invoked) return gatewayError(response, 500, 'Internal Server Error')
  reply(request, response, invoked.payload)
}

function tooLate(request: IncomingMessage, response: ServerResponse): void {
  gatewayError(response, 408, 'Request Timeout')
  response.once('finish', () => request.destroy())
}

/** The gateway waits no longer; the function goes on. */
async function inTime<T>(invoked: Promise<T>): Promise<T | 'overtime'> {
  const over = Promise.withResolvers<'overtime'>()
  const timer = setTimeout(() => over.resolve('overtime'), integrationTimeoutMs).unref()
  // Timers that are left keep their request for all that time.
  return await Promise.race([invoked, over.promise]).finally(() => clearTimeout(timer))
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > bodyLimitBytes) {
      request.resume()
      return 'too large'
    }
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

interface HandlerReply {
  statusCode?: number
  headers?: Record<string, string | number | boolean>
  cookies?: string[]
  body?: string
  isBase64Encoded?: boolean
}

function reply(request: IncomingMessage, response: ServerResponse, payload: unknown): void {
  const shaped = typeof payload === 'object' && payload !== null && 'statusCode' in payload
  const {
    statusCode = 200,
    headers = {},
    cookies = [],
    body = '',
    isBase64Encoded = false,
  }: HandlerReply = shaped
    ? (payload as HandlerReply)
    : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) }
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > payloadLimitBytes) {
    gatewayError(response, 500, 'Internal Server Error')
    return
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value))
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  response.statusCode = statusCode
  if (request.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304)
    response.setHeader('content-length', bytes.length)
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

/** The WebSocket API answers handshakes alone. */
function upgradeRequired(response: ServerResponse): void {
  response.setHeader('upgrade', 'websocket')
  gatewayError(response, 426, 'Upgrade Required')
}

/** What the gateway itself says when no function could. */
function gatewayError(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.end()
    return
  }
  const close: Record<string, string> = status === 413 || status === 408 ? { connection: 'close' } : {}
  response.writeHead(status, { 'content-type': 'application/json', ...close })
  response.end(JSON.stringify({ message }))
}
