import type { APIGatewayProxyStructuredResultV2, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda'
import { forget, hear } from '../shared/core/socket-texts.ts'
import { admit, type Handshake } from '../shared/core/sockets.ts'
import { isFault } from '../shared/faults.ts'
import type { World } from '../shared/world.ts'
import { door, onLambda } from './door.ts'
import { wayOf } from './front-proof.ts'

/** What the gateway sends; only a handshake has headers. */
export type SocketEvent = APIGatewayProxyWebsocketEventV2 & {
  headers?: Record<string, string | undefined>
}
type Result = APIGatewayProxyStructuredResultV2

/** Somebody wants to watch a run, says something, or has gone. */
export const open = door((world: World, event: SocketEvent): Promise<Result> => {
  const { eventType, connectionId } = event.requestContext
  if (eventType === 'CONNECT') return connect(world, handshakeOf(event))
  if (eventType === 'DISCONNECT') return leave(world, connectionId)
  return said(world, connectionId, event)
})
export const handler = onLambda(open)

/** A refusal is a bare status: the gateway passes no body on. */
async function connect(world: World, handshake: Handshake): Promise<Result> {
  // Afterwards there is no going past: a connection stays the one that was let in.
  if (wayOf(handshake.headers, world.settings) === 'past') return { statusCode: 403 }
  try {
    const { protocol } = await admit(world, handshake)
    return {
      statusCode: 200,
      ...(protocol === null ? {} : { headers: { 'Sec-WebSocket-Protocol': protocol } }),
    }
  } catch (error) {
    if (!isFault(error)) throw error
    return { statusCode: error.status }
  }
}

async function leave(world: World, connectionId: string): Promise<Result> {
  await forget(world, connectionId)
  return { statusCode: 200 }
}

/** What is returned goes back to who spoke. */
async function said(
  world: World,
  connectionId: string,
  { body = '', isBase64Encoded }: SocketEvent,
): Promise<Result> {
  const answer = await hear(world, connectionId, isBase64Encoded ? null : body)
  return { statusCode: 200, ...(answer === null ? {} : { body: answer }) }
}

function handshakeOf({ requestContext, headers = {}, ...event }: SocketEvent): Handshake {
  const named = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  )
  return {
    connectionId: requestContext.connectionId,
    headers: Object.fromEntries(named),
    query: queryOf(event),
  }
}

function queryOf(event: Pick<SocketEvent, 'queryStringParameters' | 'multiValueQueryStringParameters'>) {
  const { queryStringParameters: one = {}, multiValueQueryStringParameters: many } = event
  const given = many ?? Object.fromEntries(Object.entries(one).map(([name, value]) => [name, [value]]))
  const query: Record<string, string[]> = Object.create(null)
  for (const [name, values = []] of Object.entries(given))
    query[name] = values.flatMap((value) => (value === undefined ? [] : [value]))
  return query
}
