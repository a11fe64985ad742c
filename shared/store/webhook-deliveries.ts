import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { readItems } from './pages.ts'
import { indexKeys, keys, listShards, shardOf } from './table.ts'
import type { Write } from './transact.ts'

/** One try to deliver. */
export interface AttemptRow {
  at: string
  /** HTTP status; null if there was no answer. */
  status: number | null
  ms: number
  error?: string
}

/** What an endpoint is told of one event. */
export interface DeliveryRow {
  /** A ULID made of the event and the endpoint. */
  id: string
  orgId: string
  endpointId: string
  eventId: string
  type: string
  /** The body as it is signed and sent. */
  body: string
  status: 'pending' | 'delivered' | 'failed'
  attempts: AttemptRow[]
  nextAt: string | null
  createdAt: string
  /** Seconds since 1970 at which the record goes. */
  ttl: number
  /** Present while pending: when it is tried next, or until when somebody is at it. */
  gsi2pk?: string
  gsi2sk?: string
}

/** A delivery that is to be tried at once. */
export type NewDelivery = Pick<
  DeliveryRow,
  'id' | 'orgId' | 'endpointId' | 'eventId' | 'type' | 'body' | 'createdAt'
>

const keptSeconds = 30 * 86_400

function itemOf(row: NewDelivery) {
  const { orgId, endpointId, id, createdAt } = row
  return {
    ...keys.webhookDelivery(orgId, endpointId, id),
    ...row,
    ...{ status: 'pending', attempts: [], nextAt: createdAt },
    ttl: Math.floor(Date.parse(createdAt) / 1000) + keptSeconds,
    gsi2pk: indexKeys.webhooksDue(shardOf(id)),
    gsi2sk: dueKey(row, Date.parse(createdAt)),
  }
}

function dueKey({ orgId, endpointId, id }: NewDelivery, at: number): string {
  return `${new Date(at).toISOString()}#${orgId}#${endpointId}#${id}`
}

/** Adds a delivery; without effect if it is there. */
export async function addDelivery({ db, settings }: World, row: NewDelivery): Promise<void> {
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: itemOf(row),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}

/** What `addDelivery` does, as a part of a transaction, which fails if the delivery is there. */
export function putDelivery(row: NewDelivery): Write {
  return { Put: { TableName: '', Item: itemOf(row), ConditionExpression: 'attribute_not_exists(pk)' } }
}

/** The delivery, strongly consistent. */
export async function getDelivery(
  { db, settings }: World,
  org: string,
  endpoint: string,
  id: string,
): Promise<DeliveryRow | null> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.webhookDelivery(org, endpoint, id),
      ConsistentRead: true,
    }),
  )
  return (Item as DeliveryRow | undefined) ?? null
}

/**
 * Takes a delivery to try it, so that nobody else does meanwhile.
 *
 * @param until milliseconds since 1970 from which on another may take it, if nothing was recorded by then.
 * @returns the row as it is taken; null if somebody else was faster.
 */
export async function claimDelivery(
  { db, settings }: World,
  row: DeliveryRow,
  until: number,
): Promise<DeliveryRow | null> {
  if (row.gsi2sk === undefined) return null
  return await ifStill(
    db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.webhookDelivery(row.orgId, row.endpointId, row.id),
        UpdateExpression: 'SET gsi2sk = :lease',
        ConditionExpression: 'gsi2sk = :seen',
        ExpressionAttributeValues: { ':lease': dueKey(row, until), ':seen': row.gsi2sk },
        ReturnValues: 'ALL_NEW',
      }),
    ),
  )
}

/** What came of a try, or of giving up. */
export interface Tried {
  status: DeliveryRow['status']
  /** Absent = it was not tried. */
  attempt?: AttemptRow
  /** When it is tried next, in milliseconds since 1970; null = never again. */
  nextAt: number | null
}

/** Records what came of a try. @returns the row as it stands; null if somebody else has taken over. */
export async function recordTry(
  { db, settings }: World,
  taken: DeliveryRow,
  { status, attempt, nextAt }: Tried,
): Promise<DeliveryRow | null> {
  const sets = ['#status = :status', 'nextAt = :next']
  if (attempt) sets.push('attempts = list_append(attempts, :attempt)')
  if (nextAt !== null) sets.push('gsi2sk = :due')
  return await ifStill(
    db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.webhookDelivery(taken.orgId, taken.endpointId, taken.id),
        UpdateExpression: `SET ${sets.join(', ')}${nextAt === null ? ' REMOVE gsi2pk, gsi2sk' : ''}`,
        ConditionExpression: 'gsi2sk = :lease',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':status': status,
          ':next': nextAt === null ? null : new Date(nextAt).toISOString(),
          ':lease': taken.gsi2sk,
          ...(attempt ? { ':attempt': [attempt] } : {}),
          ...(nextAt === null ? {} : { ':due': dueKey(taken, nextAt) }),
        },
        ReturnValues: 'ALL_NEW',
      }),
    ),
  )
}

async function ifStill(write: Promise<{ Attributes?: unknown }>): Promise<DeliveryRow | null> {
  try {
    return ((await write).Attributes as DeliveryRow | undefined) ?? null
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null
    throw error
  }
}

/** Where a delivery lies. */
export interface DeliveryPlace {
  orgId: string
  endpointId: string
  id: string
}

/** Deliveries whose moment has come, the longest due first in each shard. */
export async function* dueDeliveries(world: World, now: number): AsyncGenerator<DeliveryPlace> {
  for (let shard = 0; shard < listShards; shard++) {
    const due = readItems<{ gsi2sk: string }>(world, {
      IndexName: 'gsi2',
      KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk < :now',
      ExpressionAttributeValues: {
        ':pk': indexKeys.webhooksDue(shard),
        ':now': new Date(now + 1).toISOString(),
      },
    })
    for await (const { gsi2sk } of due) {
      const [, orgId = '', endpointId = '', id = ''] = gsi2sk.split('#')
      yield { orgId, endpointId, id }
    }
  }
}

/** Deliveries of an endpoint with ids between two, newest first; strongly consistent. */
export function readDeliveries(
  world: World,
  org: string,
  endpoint: string,
  { least, most }: { least: string; most: string },
): AsyncGenerator<DeliveryRow> {
  const { pk } = keys.webhookDelivery(org, endpoint, '')
  return readItems<DeliveryRow>(world, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :least AND :most',
    ExpressionAttributeValues: { ':pk': pk, ':least': `DELIV#${least}`, ':most': `DELIV#${most}` },
    ConsistentRead: true,
    ScanIndexForward: false,
  })
}
