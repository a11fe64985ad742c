import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** An address of another service that is told of events. */
export interface EndpointRow {
  id: string
  orgId: string
  url: string
  /** Types of events, or `*`. */
  events: string[]
  /** Only events of these flows; null = of all. */
  flowIds: string[] | null
  description: string | null
  disabled: boolean
  /** Why the service itself has disabled it. */
  disabledReason: string | null
  revision: number
  /** KMS ciphertext of the signing secret, base64. */
  secret: string
  /** The one before, which signs as well until its time is over. */
  previousSecret: string | null
  previousUntil: string | null
  /** Since when no try has gone through; null = the latest did. */
  failingSince: string | null
  createdAt: string
  createdBy: string
  updatedAt: string
  updatedBy: string
}

/** Puts an endpoint that was not there, or replaces one under the revision that was seen. */
export function putEndpoint(row: EndpointRow, seen: number | null): Write {
  return {
    Put: {
      TableName: '',
      Item: { ...keys.webhookEndpoint(row.orgId, row.id), ...row },
      ...(seen === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': seen } }),
    },
  }
}

/** Removes an endpoint under the revision that was seen. */
export function dropEndpoint({ orgId, id, revision }: EndpointRow): Write {
  return {
    Delete: {
      TableName: '',
      Key: keys.webhookEndpoint(orgId, id),
      ConditionExpression: 'revision = :seen',
      ExpressionAttributeValues: { ':seen': revision },
    },
  }
}

/** Disables an endpoint, once; what else is in it stays. */
export function disableEndpoint({ orgId, id }: EndpointRow, reason: string, at: string): Write {
  return {
    Update: {
      TableName: '',
      Key: keys.webhookEndpoint(orgId, id),
      UpdateExpression:
        'SET disabled = :yes, disabledReason = :reason, revision = revision + :one, updatedAt = :at, updatedBy = :by',
      ConditionExpression: 'disabled = :no',
      ExpressionAttributeValues: {
        ...{ ':yes': true, ':no': false, ':reason': reason, ':one': 1, ':at': at, ':by': 'system' },
      },
    },
  }
}

/** The endpoint, strongly consistent. */
export async function getEndpoint(
  { db, settings }: World,
  org: string,
  id: string,
): Promise<EndpointRow | null> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.webhookEndpoint(org, id),
      ConsistentRead: true,
    }),
  )
  return (Item as EndpointRow | undefined) ?? null
}

/** All endpoints of an organisation; strongly consistent. */
export async function listEndpointRows(world: World, org: string): Promise<EndpointRow[]> {
  const { pk, sk } = keys.webhookEndpoint(org, '')
  return await listUnder<EndpointRow>(world, pk, sk)
}

/** Notes since when an endpoint takes nothing, or, with null, that it takes again. */
export async function noteHealth(
  { db, settings }: World,
  { orgId, id }: EndpointRow,
  failingSince: string | null,
): Promise<void> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.webhookEndpoint(orgId, id),
        UpdateExpression: 'SET failingSince = :since',
        ConditionExpression:
          failingSince === null ? 'attribute_exists(pk)' : 'attribute_exists(pk) AND failingSince = :none',
        ExpressionAttributeValues: {
          ':since': failingSince,
          ...(failingSince === null ? {} : { ':none': null }),
        },
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}
