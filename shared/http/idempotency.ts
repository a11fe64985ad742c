import type { Principal } from '../core/principal.ts'
import {
  claimRequest,
  type IdempotencyKey,
  keepResponse,
  nameRequest,
  releaseRequest,
} from '../core/requests.ts'
import { Fault, isFault } from '../faults.ts'
import type { World } from '../world.ts'
import type { HttpRequest } from './exchange.ts'
import { isSigned } from './rights.ts'
import type { Reply, Route } from './route.ts'

/** How much longer than the function's own time a try holds the key, in milliseconds. */
const leaseMarginMs = 5000

/**
 * The request's name if it says that it may be repeated.
 *
 * @throws {Fault} `invalid_request` for a key that is none.
 */
export function readKey(
  route: Route,
  { headers, method, path }: HttpRequest,
  { actor }: Principal,
  content: { body: unknown; query: unknown },
): IdempotencyKey | undefined {
  if (route.method === 'GET' || !isSigned(route)) return undefined
  return keyOf(headers['idempotency-key'], { who: actor, method, path }, content)
}

/**
 * The same for somebody whom the route knows by other means than a credential.
 *
 * @throws {Fault} `invalid_request` for a key that is none.
 */
export function keyOf(
  header: string | undefined,
  of: { who: string; method: string; path: string },
  content: { body: unknown; query: unknown },
): IdempotencyKey | undefined {
  if (header === undefined) return undefined
  const key = /^"([^"\\]*)"$/.exec(header)?.[1] ?? header
  if (!/^[\x21-\x7e]{1,255}$/.test(key) || key.startsWith('"'))
    throw new Fault('invalid_request', 'Idempotency-Key must be 1 to 255 visible ASCII characters', {
      issues: [
        {
          path: 'Idempotency-Key',
          code: 'invalid_header',
          message: 'give 1 to 255 visible ASCII characters',
        },
      ],
    })
  return nameRequest({ ...of, key }, content)
}

/** Gives the first reply again, or does the work and keeps its reply (conventions.md §4). */
export async function onlyOnce(
  world: World,
  orgId: string,
  key: IdempotencyKey,
  remainingMs: number,
  work: () => Promise<Reply>,
): Promise<Reply> {
  const claimed = await claimRequest(world, orgId, key, remainingMs + leaseMarginMs)
  if (claimed.state === 'replay') return { ...claimed.response, replayed: true }
  if (claimed.state === 'started') throw new Error('A route that starts no run found the key of a start')
  const reply = await work().catch(async (error: unknown) => {
    // A refusal did nothing: the key stays unspent. After anything else nobody knows, and the lease decides.
    if (isFault(error) && error.code !== 'internal_error')
      await releaseRequest(world, orgId, key, claimed.claimId)
    throw error
  })
  await keep(world, orgId, key, claimed.claimId, reply)
  return reply
}

/** What was done is answered, also if its reply cannot be kept. */
async function keep(
  world: World,
  orgId: string,
  key: IdempotencyKey,
  claimId: string,
  reply: Reply,
): Promise<void> {
  const { status = 200, body, location, etag, headers, run } = reply
  try {
    await keepResponse(world, orgId, key, claimId, {
      status,
      body,
      ...(location === undefined ? {} : { location }),
      ...(etag === undefined ? {} : { etag }),
      ...(headers === undefined ? {} : { headers }),
      ...(run === undefined ? {} : { run }),
    })
  } catch (error) {
    world.log.error('A reply could not be kept', { error: (error as Error).name })
  }
}
