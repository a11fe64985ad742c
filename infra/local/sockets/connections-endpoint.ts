import type { Log } from '../../../shared/world.ts'
import type { Call, Endpoint, Reply } from '../endpoint.ts'
import type { Connections } from './connections.ts'

/** Largest message that the gateway sends, in bytes. */
const mostBytes = 128 * 1024

/** The `@connections` of the WebSocket API: what functions send to those who are connected (aws.md 6.1). */
export function connectionsEndpoint(connections: Connections, log: Log): Endpoint {
  return {
    service: 'APIGATEWAYMANAGEMENTAPI',
    handle: async (call) => answer(connections, call, log),
  }
}

function answer(connections: Connections, { rest, body }: Call, log: Log): Reply {
  const named = /^\/@connections\/([^/]+)$/.exec(rest?.path ?? '')?.[1]
  const verbs: Record<string, (id: string) => Reply> = {
    POST: (id) => send(connections, id, body),
    GET: (id) => describe(connections, id),
    DELETE: (id) => (connections.disconnect(id) ? done(204) : gone()),
  }
  const verb = named === undefined ? undefined : verbs[rest?.method ?? '']
  if (verb !== undefined) return verb(decodeURIComponent(named!))
  log.warn(`Operation ${rest?.method} ${rest?.path} of @connections is not served here`)
  return refused(400, 'UnknownOperationException', 'This operation is not served here')
}

function send(connections: Connections, id: string, text: string): Reply {
  if (Buffer.byteLength(text) > mostBytes)
    return refused(413, 'PayloadTooLargeException', 'Message too long', { messageSize: mostBytes })
  return connections.send(id, text) ? done(200) : gone()
}

function describe(connections: Connections, id: string): Reply {
  const connected = connections.get(id)
  if (connected === null) return gone()
  const { connectedAt, lastActiveAt, address, userAgent } = connected
  return done(200, {
    connectedAt: new Date(connectedAt).toISOString(),
    lastActiveAt: new Date(lastActiveAt).toISOString(),
    identity: { sourceIp: address, userAgent },
  })
}

function gone(): Reply {
  return refused(410, 'GoneException', 'The connection is no more')
}

function done(status: number, body?: object): Reply {
  const headers = { 'content-type': 'application/json' }
  return { status, headers, body: body === undefined ? '' : JSON.stringify(body) }
}

function refused(status: number, type: string, message: string, more: object = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
    body: JSON.stringify({ message, ...more }),
  }
}
