import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { ifStill } from './if-still.ts'
import { keys } from './table.ts'
import { itemFound, type Write } from './transact.ts'

/** How long a key is remembered, in milliseconds. */
const keptMs = 24 * 3600_000
/** TTL deletes late, never early. */
const graceMs = 3600_000

/** What is known of an idempotency key (conventions.md §4). */
export interface RequestRow {
  bodyHash: string
  /** `working` until answered; a start is `started` from its first moment. */
  state: 'working' | 'answered' | 'started'
  /** Names the try that holds the lease. */
  claimId?: string
  /** Milliseconds since 1970 at which another try may take over. */
  leaseUntil?: number
  runId?: string
  /** The first reply, sealed. */
  reply?: string
  /** Milliseconds since 1970 from which the key is unspent again. */
  expiresAt: number
}

/** A try to be the one that works. */
export interface Claim {
  bodyHash: string
  claimId: string
  leaseUntil: number
}

/**
 * Takes the key: new, expired, or of a try that gave no answer within its lease.
 *
 * @returns null if taken; else the row that is in the way.
 */
export async function takeRequest(
  { db, settings, clock }: World,
  org: string,
  id: string,
  claim: Claim,
): Promise<RequestRow | null> {
  const now = clock.now()
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: { ...keys.request(org, id), ...claim, state: 'working', ...life(now) },
        ConditionExpression: `${unspent} OR (#state = :working AND leaseUntil <= :now AND bodyHash = :hash)`,
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':now': now, ':working': 'working', ':hash': claim.bodyHash },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    )
    return null
  } catch (error) {
    const found = itemFound(error)
    if (!found) throw error
    return found.item as unknown as RequestRow
  }
}

/** Keeps the reply, unless another try has taken over. */
export async function answerRequest(
  { db, settings }: World,
  org: string,
  id: string,
  claimId: string,
  reply: string,
): Promise<boolean> {
  return await ifStill(
    db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.request(org, id),
        UpdateExpression: 'SET #state = :answered, reply = :reply REMOVE leaseUntil',
        ConditionExpression: 'claimId = :claim AND #state = :working',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':answered': 'answered',
          ':reply': reply,
          ':claim': claimId,
          ':working': 'working',
        },
      }),
    ),
  )
}

/** Leaves the key unspent for the next try at once, unless another has taken over. */
export async function dropRequest(
  { db, settings }: World,
  org: string,
  id: string,
  claimId: string,
): Promise<boolean> {
  return await ifStill(
    db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.request(org, id),
        UpdateExpression: 'SET expiresAt = :none REMOVE leaseUntil',
        ConditionExpression: 'claimId = :claim AND #state = :working',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':none': 0, ':claim': claimId, ':working': 'working' },
      }),
    ),
  )
}

/** The write that binds a key to a run, in the transaction that makes the run. */
export function startedRequest(now: number, org: string, id: string, bodyHash: string, runId: string): Write {
  return {
    Put: {
      TableName: '',
      Item: { ...keys.request(org, id), bodyHash, state: 'started', runId, ...life(now) },
      ConditionExpression: unspent,
      ExpressionAttributeValues: { ':now': now },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  }
}

/** What is known of a key, strongly consistent; null if it is unspent. */
export async function getRequest(
  { db, settings, clock }: World,
  org: string,
  id: string,
): Promise<RequestRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.request(org, id), ConsistentRead: true }),
  )
  const row = Item as RequestRow | undefined
  return row && row.expiresAt > clock.now() ? row : null
}

// TTL is housekeeping: whether a key has expired is decided here.
const unspent = 'attribute_not_exists(pk) OR expiresAt <= :now'

function life(now: number) {
  return { expiresAt: now + keptMs, ttl: Math.ceil((now + keptMs + graceMs) / 1000) }
}
