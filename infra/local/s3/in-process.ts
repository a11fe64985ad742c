import { Readable } from 'node:stream'
import type { HttpRequest } from '@smithy/types'
import type { ClientParts } from '../../../shared/aws/clients.ts'
import type { InProcess } from '../wire.ts'
import type { LocalS3 } from './open.ts'
import { s3Path } from './open.ts'

/**
 * What the SDK's client needs to call the endpoint in this process, while the URLs that it signs lead to the address where
 * the endpoint is served to everybody.
 *
 * @param url of the server that serves it, e.g. `http://127.0.0.1:8080`.
 */
export function s3Parts(s3: LocalS3, url: string): NonNullable<ClientParts['s3']> {
  return {
    endpoint: url + s3Path,
    credentials: s3.credentials,
    requestHandler: inProcess(s3),
  }
}

function inProcess(s3: LocalS3): InProcess {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle({ method, path, query, headers, body }: HttpRequest) {
      const reply = await s3.handle({
        ...{ method, path, trusted: true },
        query: pairs(query),
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: bytes(body),
      })
      const answer =
        reply.body instanceof Readable ? reply.body : Readable.from([Buffer.from(reply.body ?? '')])
      return { response: { statusCode: reply.status, headers: reply.headers, body: answer } }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

function pairs(query: HttpRequest['query'] = {}): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one): [string, string] => [name, one]),
  )
}

async function* bytes(body: unknown): AsyncGenerator<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body)
  else if (body instanceof Uint8Array) yield body
  else if (body instanceof Readable) yield* body
}
