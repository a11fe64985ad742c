import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock, Log } from '../../../shared/world.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Invoked } from '../functions.ts'
import { Connections } from './connections.ts'
import { connectionsEndpoint } from './connections-endpoint.ts'
import {
  type Connected,
  connectEvent,
  disconnectEvent,
  gatewayId,
  messageEvent,
  type WebSocketEvent,
} from './websocket-event.ts'

/** Largest message that a client may send, in bytes. */
const mostBytes = 128 * 1024

export interface SocketsOptions {
  clock: Clock
  log: Log
  /** Invokes the function behind the WebSocket API. */
  invoke(event: WebSocketEvent): Promise<Invoked>
}

/** The WebSocket API of the local account. */
export interface Sockets {
  /** What functions send by. */
  endpoint: Endpoint
  /** Takes an HTTP request that wants to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every connection and waits until the function has been told. */
  close(): Promise<void>
}

/**
 * Opens the WebSocket API: handshakes, frames and ends become the events that API Gateway sends (aws.md 6.5). It knows a
 * connection only once its handshake is done: what is sent before finds nobody, as in AWS.
 */
export function openSockets({ clock, log, invoke }: SocketsOptions): Sockets {
  const connections = new Connections(clock)
  const selected = new WeakMap<IncomingMessage, string>()
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: mostBytes,
    clientTracking: false,
    autoPong: false,
    handleProtocols: (_offered, request) => selected.get(request) ?? false,
  })
  const underWay = new Set<Promise<void>>()
  const track = (work: Promise<void>) => {
    const tracked = work
      .catch((error: Error) => log.error('A socket failed', { error: error.message }))
      .finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }
  const take = (connected: Connected, socket: WebSocket) => {
    connections.add(connected, socket, (code, reason) =>
      track(invoke(disconnectEvent(connected, code, reason)).then(() => {})),
    )
    socket.on('message', (content: Buffer, binary: boolean) =>
      track(hear(invoke, connected, socket, content, binary)),
    )
  }
  const shake = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const query = queryOf(request.url ?? '/')
    if (query === null) return refuse(socket, 404)
    const connected = connectedBy(request)
    const result = resultOf(await invoke(connectEvent(connected, request, query)))
    const status = result.statusCode ?? 500
    if (status < 200 || status > 299) return refuse(socket, status)
    if (socket.destroyed) {
      await invoke(disconnectEvent(connected, 1006, 'Connection closed'))
      return
    }
    const protocol = headerOf(result, 'sec-websocket-protocol')
    if (protocol !== undefined) selected.set(request, protocol)
    server.handleUpgrade(request, socket, head, (opened) => take(connected, opened))
  }
  return {
    endpoint: connectionsEndpoint(connections, log),
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      track(shake(request, socket, head))
    },
    async close() {
      connections.closeAll()
      await clock.sleep(100)
      connections.endAll()
      await Promise.all(underWay)
    },
  }
}

/** The rewriting that CloudFront does: a WebSocket API has no paths. null = not its path. */
function queryOf(target: string): URLSearchParams | null {
  const { pathname, searchParams } = new URL(target, 'http://127.0.0.1')
  const execution = /^\/ws\/executions\/([^/]+)$/.exec(pathname)?.[1]
  if (execution === undefined) return null
  searchParams.append('execution_id', execution)
  return searchParams
}

function connectedBy({ headers, socket }: IncomingMessage): Connected {
  return {
    id: gatewayId(),
    connectedAt: Date.now(),
    address: socket.remoteAddress ?? '',
    userAgent: headers['user-agent'] ?? '',
    host: headers.host ?? 'localhost',
  }
}

async function hear(
  invoke: SocketsOptions['invoke'],
  connected: Connected,
  socket: WebSocket,
  content: Buffer,
  binary: boolean,
): Promise<void> {
  const { body } = resultOf(await invoke(messageEvent(connected, content, binary)))
  if (body !== undefined && socket.readyState === socket.OPEN) socket.send(body)
}

function resultOf(invoked: Invoked): APIGatewayProxyStructuredResultV2 {
  if ('payload' in invoked) return (invoked.payload ?? {}) as APIGatewayProxyStructuredResultV2
  return { statusCode: 502 }
}

function headerOf({ headers = {} }: APIGatewayProxyStructuredResultV2, name: string): string | undefined {
  const found = Object.entries(headers).find(([one]) => one.toLowerCase() === name)
  return found === undefined ? undefined : String(found[1])
}

/** A refusal before the upgrade is a bare status. */
function refuse(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}
