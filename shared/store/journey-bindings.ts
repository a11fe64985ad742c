import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { itemsUnder } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** Which flow answers a flowType of an organisation (faces/journeys.md §9). */
export interface JourneyBinding {
  flowType: string
  /** null = none. */
  flowId: string | null
  enabled: boolean
  /** Counts changes, from 1. */
  revision: number
  updatedAt: string
  updatedBy: string
}

/** The binding, strongly consistent; null = the type was never bound. */
export async function getBinding(
  { db, settings }: World,
  orgId: string,
  flowType: string,
): Promise<JourneyBinding | null> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.journeyBinding(orgId, flowType),
      ConsistentRead: true,
    }),
  )
  return (Item as JourneyBinding | undefined) ?? null
}

/** All bindings of the organisation, by flowType. */
export async function listBindings(world: World, orgId: string): Promise<JourneyBinding[]> {
  const { pk, sk } = keys.journeyBinding(orgId, '')
  const found: JourneyBinding[] = []
  for await (const binding of itemsUnder<JourneyBinding>(world, pk, sk)) found.push(binding)
  return found
}

/** Writes a binding under the one that was seen. */
export function putBinding(orgId: string, binding: JourneyBinding, seen: JourneyBinding | null): Write {
  return {
    Put: {
      TableName: '',
      Item: { ...keys.journeyBinding(orgId, binding.flowType), ...binding },
      ...(seen === null
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'revision = :seen',
            ExpressionAttributeValues: { ':seen': seen.revision },
          }),
    },
  }
}
