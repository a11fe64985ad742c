import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type LocalS3, s3Path } from './open.ts'

/** True if a request is for the object store. */
export function isForS3({ url = '' }: IncomingMessage): boolean {
  return url.startsWith(`${s3Path}/`)
}

/** Answers a request of anybody, whose signature is verified; bodies stream both ways. */
export async function serveS3(
  s3: LocalS3,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '' } = request
  const [path = '', query = ''] = url.split('?')
  const reply = await s3.handle({
    ...{ method, path, trusted: false, body: request },
    query: [...new URLSearchParams(query)],
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]),
    ),
  })
  if (response.destroyed) return
  // What of a refused upload is still to come is not waited for.
  const close: Record<string, string> = request.complete ? {} : { connection: 'close' }
  response.writeHead(reply.status, { ...reply.headers, ...close })
  if (reply.body instanceof Readable) await pipeline(reply.body, response).catch(() => response.destroy())
  else response.end(reply.body ?? undefined)
}
