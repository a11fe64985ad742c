import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import type { DeliveryRow } from '../../store/webhook-deliveries.ts'
import { getEndpoint } from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'
import { tryDelivery } from './try-delivery.ts'

/** The second try comes so soon that the tick would be late for it. */
const soonMs = 10_000

/**
 * Sends deliveries the moment they are made, and once more some seconds later where that failed. An endpoint that takes
 * nothing is left to the tick, so that it does not hold up what others are told. Whatever fails here is found by the tick.
 */
export async function deliverFresh(world: World, records: DynamoDBRecord[]): Promise<void> {
  await Promise.all(
    records.filter(isNewDelivery).map(async (record) => {
      try {
        await deliver(world, rowOf(record))
      } catch (error) {
        world.log.error('A delivery could not be tried', { error: (error as Error).message })
      }
    }),
  )
}

/** True for the change that makes a delivery. */
export function isNewDelivery({ eventName, dynamodb }: DynamoDBRecord): boolean {
  return eventName === 'INSERT' && (dynamodb?.Keys?.sk?.S ?? '').startsWith('DELIV#')
}

function rowOf({ dynamodb }: DynamoDBRecord): DeliveryRow {
  return unmarshall(dynamodb?.NewImage as Record<string, AttributeValue>) as DeliveryRow
}

async function deliver(world: World, row: DeliveryRow): Promise<void> {
  const endpoint = await getEndpoint(world, row.orgId, row.endpointId)
  if (endpoint !== null && endpoint.failingSince !== null && !endpoint.disabled) return
  const tried = await tryDelivery(world, row, endpoint)
  if (tried?.status !== 'pending' || tried.nextAt === null) return
  const wait = Date.parse(tried.nextAt) - world.clock.now()
  if (wait > soonMs) return
  await world.clock.sleep(Math.max(0, wait))
  await tryDelivery(world, tried, await getEndpoint(world, row.orgId, row.endpointId))
}
