import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayEventWebsocketRequestContextV2, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda'

/** A connection as the gateway knows it. */
export interface Connected {
  id: string
  connectedAt: number
  address: string
  userAgent: string
  host: string
}

type Context = APIGatewayEventWebsocketRequestContextV2 & {
  identity: { sourceIp: string; userAgent: string }
}
/** What API Gateway sends for a handshake, a text or a goodbye. */
export type WebSocketEvent = APIGatewayProxyWebsocketEventV2 & {
  requestContext: Context & { disconnectStatusCode?: number; disconnectReason?: string }
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
}

/** The handshake; `query` is what the front has made of the address. */
export function connectEvent(
  connected: Connected,
  request: IncomingMessage,
  query: URLSearchParams,
): WebSocketEvent {
  const many = headersOf(request)
  const parameters: Record<string, string[]> = {}
  for (const [name, value] of query) parameters[name] = [...(parameters[name] ?? []), value]
  const hasQuery = Object.keys(parameters).length > 0
  return {
    headers: lastOfEach(many),
    multiValueHeaders: many,
    ...(hasQuery
      ? { queryStringParameters: lastOfEach(parameters), multiValueQueryStringParameters: parameters }
      : {}),
    requestContext: contextOf(connected, '$connect', 'CONNECT'),
    isBase64Encoded: false,
  }
}

/** A frame: text as it is, bytes as base64. */
export function messageEvent(connected: Connected, content: Buffer, binary: boolean): WebSocketEvent {
  return {
    requestContext: contextOf(connected, '$default', 'MESSAGE'),
    body: content.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  }
}

/** The event of a connection that has gone. */
export function disconnectEvent(connected: Connected, code: number, reason: string): WebSocketEvent {
  return {
    headers: { Host: connected.host },
    multiValueHeaders: { Host: [connected.host] },
    requestContext: {
      ...contextOf(connected, '$disconnect', 'DISCONNECT'),
      disconnectStatusCode: code,
      disconnectReason: reason,
    },
    isBase64Encoded: false,
  }
}

function contextOf(
  { id, connectedAt, address, userAgent, host }: Connected,
  routeKey: string,
  eventType: Context['eventType'],
): Context {
  const requestId = gatewayId()
  const now = new Date()
  return {
    routeKey,
    eventType,
    extendedRequestId: requestId,
    requestId,
    requestTime: requestTime(now),
    requestTimeEpoch: now.getTime(),
    messageDirection: 'IN',
    stage: 'local',
    connectedAt,
    identity: { sourceIp: address, userAgent },
    domainName: host,
    connectionId: id,
    apiId: 'local',
    // Only texts have an id.
    ...(eventType === 'MESSAGE' ? { messageId: gatewayId() } : {}),
  } as Context
}

/** An id as the gateway makes them: it ends with `=`, which callers must escape. */
export function gatewayId(): string {
  return `${randomBytes(11).toString('base64url')}=`
}

/** e.g. `25/Nov/2026:20:01:02 +0000`. */
function requestTime(now: Date): string {
  const [, day, month, year, time] = now.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

function headersOf({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    headers[name] = [...(headers[name] ?? []), rawHeaders[at + 1]!]
  }
  return headers
}

function lastOfEach(many: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(many).map(([name, values]) => [name, values.at(-1) ?? '']))
}
