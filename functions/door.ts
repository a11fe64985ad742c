import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { openWorld } from '../shared/aws/open-world.ts'
import type { HttpRequest, HttpResponse } from '../shared/http/exchange.ts'
import { about } from '../shared/log-with.ts'
import type { Settings, World } from '../shared/world.ts'
import { addressHeader, originHeader, wayOf } from './front-proof.ts'

/** What a function does with one event. */
export type Work<Event, Result> = (world: World, event: Event, context: Context) => Promise<Result>

/** A function as AWS calls it. */
export type Handler<Event, Result> = (event: Event, context: Context) => Promise<Result>

/** A door before it is opened: the same work on any World. */
export type OpenDoor<Event, Result> = (world: World) => Handler<Event, Result>

/**
 * The one place where middy wraps a function: a failure is logged with the request's id and leaves without its stack.
 *
 * @param subject what an event is about, for every line that is logged meanwhile; @default nothing
 */
export function door<Event, Result>(
  work: Work<Event, Result>,
  subject: (event: Event) => Record<string, string> = () => ({}),
): OpenDoor<Event, Result> {
  const named = (world: World, event: Event, { awsRequestId }: Context) =>
    about(world, { awsRequestId, ...subject(event) })
  return (world) =>
    // serve answers in time by itself, in the words of its face.
    middy<Event, Result, Error>({ timeoutEarlyInMillis: 0 })
      .handler((event: Event, context: Context) =>
        measured(world, () => work(named(world, event, context), event, context)),
      )
      .onError(({ error, event, context }) => {
        if (!error) return
        const { name, message, stack } = error
        named(world, event, context).log.error('A function failed', { error: name, message, stack })
        // What leaves reaches the engine's records: names and messages are ours, stacks are nobody's business.
        error.stack = ''
      }) as unknown as Handler<Event, Result>
}

/** What was counted is sent before the function is frozen. */
async function measured<Result>({ metrics }: World, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } finally {
    await metrics.flush()
  }
}

/** Opens a door on the environment of its function, once, at the first event. */
export function onLambda<Event, Result>(open: OpenDoor<Event, Result>): Handler<Event, Result> {
  let handler: Handler<Event, Result> | undefined
  return (event, context) => {
    handler ??= open(openWorld())
    return handler(event, context)
  }
}

/** A door of the HTTP API (payload format 2.0). */
export function httpDoor(
  serve: (world: World, request: HttpRequest) => Promise<HttpResponse>,
): OpenDoor<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return door(async (world, event, context) => {
    const from = originOf(event, world.settings)
    if (from === null) return pastTheFront(world.settings)
    const { status, headers, body } = await serve(world, requestOf(event, context, from))
    return { statusCode: status, headers, body }
  })
}

/**
 * The caller's address: as CloudFront saw it where the request proves that it came by there, else as the gateway did
 * (hardening.md rule 37). null = it went past a firewall.
 */
function originOf({ headers, requestContext }: APIGatewayProxyEventV2, settings: Settings): string | null {
  const { sourceIp } = requestContext.http
  const way = wayOf(headers, settings)
  if (way === 'past') return null
  return way === 'proven' ? (headers[addressHeader] ?? sourceIp) : sourceIp
}

/** Said in no face's words: whoever came past the front came to no face. */
function pastTheFront({ baseUrl }: Settings): APIGatewayProxyStructuredResultV2 {
  const message = `The service is called at ${baseUrl}, not at the address of the API behind it`
  return {
    statusCode: 403,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: 'forbidden', message }),
  }
}

const empty = new Uint8Array()

function requestOf(event: APIGatewayProxyEventV2, context: Context, address: string): HttpRequest {
  const { method } = event.requestContext.http
  const { [originHeader]: _, [addressHeader]: __, ...headers } = event.headers
  return {
    method,
    path: event.rawPath,
    query: event.rawQueryString,
    headers: headers as Record<string, string>,
    body:
      event.body === undefined ? empty : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'),
    address,
    remainingMs: context.getRemainingTimeInMillis(),
  }
}
