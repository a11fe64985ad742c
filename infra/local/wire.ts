import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpRequest, HttpResponse, RequestHandler } from '@smithy/types'
import { type Endpoint, type Reply, refusal } from './endpoint.ts'

/** Largest request that AWS's JSON protocols take here: a batch of DynamoDB items, in bytes. */
const maxBodyBytes = 17 * 1024 * 1024

/** An endpoint that listens on loopback. */
export interface Listening {
  /** e.g. `http://127.0.0.1:40123`. */
  url: string
  close(): Promise<void>
}

/**
 * Puts an endpoint on a port of 127.0.0.1. Only callers that sign with this start's access key id are answered, and
 * none that a web page could have sent (hardening.md rule 17).
 */
export async function listen(endpoint: Endpoint, accessKeyId: string): Promise<Listening> {
  const server = createServer((request, response) => {
    void answer(endpoint, accessKeyId, request).then((reply) => send(response, reply))
  })
  server.keepAliveTimeout = 30_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(endpoint: Endpoint, accessKeyId: string, request: IncomingMessage): Promise<Reply> {
  const { headers } = request
  const local = /^127\.0\.0\.1(:\d+)?$/.test(headers.host ?? '')
  if (headers.origin !== undefined || !local)
    return refusal('AccessDeniedException', 'Web pages may not call the local account', 403)
  if (!(headers.authorization ?? '').includes(`Credential=${accessKeyId}/`))
    return refusal('AccessDeniedException', 'The access key is not the one of this start', 403)
  const body = await read(request)
  if (body === null) return refusal('ValidationException', `The request is over ${maxBodyBytes} bytes`, 413)
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
  return endpoint.handle({
    target: String(headers['x-amz-target'] ?? ''),
    rest: { method: request.method ?? 'GET', path: pathname, query: Object.fromEntries(searchParams) },
    body,
  })
}

/** The body as text, or null if it is too large. */
async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > maxBodyBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) })
  response.end(reply.body)
}

/** What the SDK's clients take as `requestHandler`. */
export type InProcess = RequestHandler<HttpRequest, HttpResponse> & {
  updateHttpClientConfig(): void
  httpHandlerConfigs(): Record<string, never>
}

/**
 * The SDK's own seam: a request handler that calls an endpoint of the same process with the same bytes, which saves
 * the sockets and nothing else (aws.md 6.7).
 */
export function inProcess(endpoint: Endpoint): InProcess {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: HttpRequest) {
      const reply = await endpoint.handle({
        target: request.headers['x-amz-target'] ?? '',
        rest: { method: request.method, path: request.path, query: oneOfEach(request.query) },
        body: asText(request.body),
      })
      return {
        response: { statusCode: reply.status, headers: reply.headers, body: Buffer.from(reply.body, 'utf8') },
      }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

/** None of these protocols repeats a name of its query. */
function oneOfEach(query: HttpRequest['query']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query ?? {}).flatMap(([name, value]) =>
      value === null ? [] : [[name, Array.isArray(value) ? (value[0] ?? '') : value]],
    ),
  )
}

function asText(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array)
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  return ''
}

const nowhere = new URL('http://127.0.0.1/')

/** Looks for no address and signs nothing: a request that never leaves the process needs no proof of where it comes from. */
export const unsigned = {
  endpoint: nowhere.href,
  endpointProvider: () => ({ url: nowhere, headers: {}, properties: {} }),
  credentials: async () => ({ accessKeyId: '', secretAccessKey: '' }),
  httpAuthSchemeProvider: () => [{ schemeId: 'smithy.api#noAuth' }],
  httpAuthSchemes: [
    {
      schemeId: 'smithy.api#noAuth',
      identityProvider: () => async () => ({}),
      signer: { sign: async <T>(request: T): Promise<T> => request },
    },
  ],
}
