import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { routeTable } from './route-table.ts'

/** Content types whose bodies travel as text, if they are text at all; all others are base64. */
const textual = /^(text\/|application\/(json|[\w.+-]*\+json|xml|javascript|yaml|x-www-form-urlencoded))/i

/** The event of one request and the face its route belongs to; what fits no route goes to `own`, as `$default` does. */
export function gatewayEvent(
  request: IncomingMessage,
  body: Buffer,
  find: ReturnType<typeof routeTable>,
): { face: string; event: APIGatewayProxyEventV2 } {
  const method = request.method ?? 'GET'
  const target = request.url ?? '/'
  const cut = target.indexOf('?')
  const rawPath = cut < 0 ? target : target.slice(0, cut)
  const rawQueryString = cut < 0 ? '' : target.slice(cut + 1)
  const { row, pathParameters } = find(method, rawPath)
  const routeKey = row === null ? '$default' : `${row.method} ${row.path}`
  const { headers, cookies } = headersOf(request)
  // As text, bytes that are none would be replaced, and no door could refuse them.
  const asText =
    body.length === 0 || (textual.test(headers['content-type'] ?? 'application/json') && isUtf8(body))
  const now = new Date()
  const event: APIGatewayProxyEventV2 = {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(rawQueryString === '' ? {} : { queryStringParameters: queryOf(rawQueryString) }),
    ...(pathParameters === null ? {} : { pathParameters }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length === 0 ? {} : { body: asText ? body.toString('utf8') : body.toString('base64') }),
    isBase64Encoded: body.length > 0 && !asText,
  }
  return { face: row?.face ?? 'own', event }
}

/** Header names in lower case; repeated ones joined by a comma; cookies apart, as the gateway gives them. */
function headersOf(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {}
  const cookies: string[] = []
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]!.toLowerCase()
    const value = request.rawHeaders[index + 1]!
    if (name === 'cookie') cookies.push(...value.split(/;\s*/))
    else headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  return { headers, cookies }
}

function queryOf(rawQueryString: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(rawQueryString))
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`
  return query
}
