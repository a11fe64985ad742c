import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { getItems } from './batch-get.ts'
import { digest, keys } from './table.ts'
import type { Write } from './transact.ts'

/** Which webhook trigger an address is of. */
export interface WebhookPlace {
  orgId: string
  flowId: string
  /** The trigger's id in the flow, e.g. `crm`. */
  webhookId: string
}

/** What is known of an address: made with the first version that has the trigger, and kept. */
export interface WebhookTriggerRow extends WebhookPlace {
  lastReceivedAt?: string
  /** HTTP status of the latest answer. */
  lastStatus?: number
}

type Address = Omit<WebhookPlace, 'orgId'>

function keyOf({ flowId, webhookId }: Address) {
  return keys.webhookTrigger(digest(`${flowId} ${webhookId}`))
}

/** Makes the address known, with the version that has the trigger; what it has received stays. */
export function offerWebhook(place: WebhookPlace): Write {
  const { orgId, flowId, webhookId } = place
  return {
    Update: {
      TableName: '',
      Key: keyOf(place),
      UpdateExpression: 'SET orgId = :org, flowId = :flow, webhookId = :webhook',
      ExpressionAttributeValues: { ':org': orgId, ':flow': flowId, ':webhook': webhookId },
    },
  }
}

/** Whose an address is, strongly consistent; null if no version ever had it. */
export async function findWebhook(
  { db, settings }: World,
  address: Address,
): Promise<WebhookTriggerRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keyOf(address), ConsistentRead: true }),
  )
  return (Item as WebhookTriggerRow | undefined) ?? null
}

/** The rows of several triggers of one flow, by webhook id. */
export async function getWebhooks(
  world: World,
  flowId: string,
  ids: string[],
): Promise<Map<string, WebhookTriggerRow>> {
  const items = await getItems(
    world,
    ids.map((webhookId) => keyOf({ flowId, webhookId })),
  )
  const rows = items as unknown as WebhookTriggerRow[]
  return new Map(rows.map((row) => [row.webhookId, row]))
}

/** Notes what the latest delivery was answered. @returns whose address it is; null if it is nobody's. */
export async function noteReceived(
  { db, settings }: World,
  address: Address,
  latest: { at: string; status: number },
): Promise<WebhookPlace | null> {
  try {
    const { Attributes } = await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keyOf(address),
        UpdateExpression: 'SET lastReceivedAt = :at, lastStatus = :status',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': latest.at, ':status': latest.status },
        ReturnValues: 'ALL_NEW',
      }),
    )
    return Attributes as WebhookPlace
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return null
  }
}
