import type { HttpRequest, HttpResponse } from '../../shared/http/exchange.ts'
import { type Served, serve } from '../../shared/http/serve.ts'
import type { World } from '../../shared/world.ts'

/** What a test sends besides method and path. */
export interface Sent {
  /** Access token or API key. */
  as?: string | undefined
  /** Sent as JSON; text and bytes go as they are. */
  body?: unknown
  headers?: Record<string, string>
  address?: string
  remainingMs?: number
}

/** An answer with its body parsed. */
export interface Answer {
  status: number
  headers: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it and says what it expects
  body: any
  text: string
}

export type Send = (method: string, path: string, sent?: Sent) => Promise<Answer>

/** Sends requests to a set of routes as a door would, without sockets. */
export function caller(world: World, served: Served): Send {
  const answer = serve(served)
  return async (method, path, sent) => answered(await answer(world, requestOf(method, path, sent)))
}

/** The request as a door hands it on. */
export function requestOf(method: string, pathAndQuery: string, sent: Sent = {}): HttpRequest {
  const { as, body, headers = {}, address = '203.0.113.7', remainingMs = 29_000 } = sent
  const [path = '', query = ''] = pathAndQuery.split('?')
  return {
    method,
    path,
    query,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: bytesOf(body),
    address,
    remainingMs,
  }
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array()
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

export function answered({ status, headers, body }: HttpResponse): Answer {
  const isJson = headers['content-type']?.includes('json')
  return { status, headers, text: body, body: isJson && body !== '' ? JSON.parse(body) : undefined }
}
