import { setTimeout } from 'node:timers/promises'
import { CannotCarry, type Ends } from './options.ts'

/** How often a service that is busy is asked again. */
const tries = 20

/** A request of an admin. */
export interface Asked {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  body?: unknown
  /** Makes sure that what is asked twice is done once. */
  idempotencyKey?: string
}

/**
 * Asks the service, and again while it is busy or the limit of requests is reached.
 *
 * @throws {CannotCarry} for any answer but a good one.
 */
export async function ask<T>({ url, key }: Ends, { method, path, body, idempotencyKey }: Asked): Promise<T> {
  for (let left = tries; ; left--) {
    const response = await sent(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.ok) return read<T>(text, url)
    const isBusy = response.status === 429 || response.status === 503
    if (!isBusy || left === 0) throw new CannotCarry(`${method} ${path} answers ${response.status}: ${text}`)
    await setTimeout(1000 * Number(response.headers.get('retry-after') ?? 1))
  }
}

async function sent(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request)
  } catch (error) {
    throw new CannotCarry(
      `${address} does not answer: ${((error as Error).cause as Error)?.message ?? error}`,
    )
  }
}

function read<T>(text: string, url: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new CannotCarry(`${url} answers with something other than JSON: is it the address of Sluice?`)
  }
}
