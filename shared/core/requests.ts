import { createHmac } from 'node:crypto'
import { canonicalJson } from '../asl/canonical.ts'
import { Fault } from '../faults.ts'
import {
  answerRequest,
  dropRequest,
  getRequest,
  type RequestRow,
  startedRequest,
  takeRequest,
} from '../store/requests.ts'
import { digest } from '../store/table.ts'
import type { Write } from '../store/transact.ts'
import type { World } from '../world.ts'
import { openReply, sealReply } from './sealed-reply.ts'

/** A request that says it may be repeated (conventions.md §4). */
export interface IdempotencyKey {
  /** sha256 of who, method, path and the caller's key. */
  id: string
  /**
   * HMAC of the canonical JSON of body and query. Its key is the caller's own, which is stored nowhere: a body may hold a
   * password, and nobody shall try out passwords on the row.
   */
  bodyHash: string
}

/** A first reply, as it is given again. */
export interface KeptReply {
  status: number
  location?: string
  etag?: string
  /** What the route itself has said of it. */
  headers?: Record<string, string>
  body: unknown
  /** The run that it was about, as it stood then. */
  run?: { id: string; status: string; version: number | null }
}

/** What a request with a key may do. */
export type Claimed =
  | { state: 'new'; claimId: string }
  | { state: 'replay'; response: KeptReply }
  | { state: 'started'; runId: string }

/** Names a request: `who` is the principal's actor or `share:<id>`; `path` has its parameters filled in. */
export function nameRequest(
  { who, method, path, key }: { who: string; method: string; path: string; key: string },
  content: { body: unknown; query: unknown },
): IdempotencyKey {
  return {
    id: digest(canonicalJson([who, method, path, key])),
    bodyHash: createHmac('sha256', key).update(canonicalJson(content)).digest('hex'),
  }
}

/**
 * Takes the key for the time of the lease, or finds what the first request came to. A try that gave no answer within its
 * lease is taken over.
 *
 * @throws {Fault} `idempotency_in_progress`, `idempotency_key_reused`.
 */
export async function claimRequest(
  world: World,
  orgId: string,
  { id, bodyHash }: IdempotencyKey,
  leaseMs: number,
): Promise<Claimed> {
  const claimId = world.ids.uuid()
  // A lease of no length would be retaken while the first is at work.
  const leaseUntil = world.clock.now() + Math.max(leaseMs, 1000)
  const present = await takeRequest(world, orgId, id, { bodyHash, claimId, leaseUntil })
  // Its own row is in the way when the SDK has made the call twice, because the first reply was lost.
  if (present === null || present.claimId === claimId) return { state: 'new', claimId }
  refuseOther(present, bodyHash)
  if (present.runId !== undefined) return { state: 'started', runId: present.runId }
  if (present.reply === undefined) throw inProgress()
  return { state: 'replay', response: (await openReply(world, `${orgId} ${id}`, present.reply)) as KeptReply }
}

/** Keeps the reply for 24 hours. Without effect if another try has taken over. */
export async function keepResponse(
  world: World,
  orgId: string,
  { id }: IdempotencyKey,
  claimId: string,
  reply: KeptReply,
): Promise<void> {
  await answerRequest(world, orgId, id, claimId, await sealReply(world, `${orgId} ${id}`, reply))
}

/** Leaves the key unspent: the request failed before it did anything. */
export async function releaseRequest(
  world: World,
  orgId: string,
  { id }: IdempotencyKey,
  claimId: string,
): Promise<void> {
  await dropRequest(world, orgId, id, claimId)
}

/** The write that binds the key to a run, for the transaction that makes the run. */
export function requestItemForStart(
  { clock }: World,
  orgId: string,
  { id, bodyHash }: IdempotencyKey,
  runId: string,
): Write {
  return startedRequest(clock.now(), orgId, id, bodyHash, runId)
}

/**
 * The run that an earlier request with this key has started.
 *
 * @throws {Fault} `idempotency_key_reused`.
 */
export async function findStart(
  world: World,
  orgId: string,
  { id, bodyHash }: IdempotencyKey,
): Promise<string | null> {
  const present = await getRequest(world, orgId, id)
  if (present === null) return null
  refuseOther(present, bodyHash)
  return present.runId ?? null
}

function refuseOther(present: RequestRow, bodyHash: string): void {
  if (present.bodyHash !== bodyHash)
    throw new Fault('idempotency_key_reused', 'This Idempotency-Key was used with another request')
}

function inProgress(): Fault {
  return new Fault('idempotency_in_progress', 'The first request with this key is still at work', {
    retryAfterSeconds: 1,
  })
}
