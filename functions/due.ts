import type { DynamoDBStreamEvent } from 'aws-lambda'
import { deliverDue } from '../shared/core/webhooks-out/deliver-due.ts'
import { deliverFresh } from '../shared/core/webhooks-out/deliver-fresh.ts'
import { door, onLambda } from './door.ts'

/** A webhook is to be delivered: it was just made, or, each minute, the moment of its next try has come. */
export const open = door(async (world, { Records }: Partial<DynamoDBStreamEvent>) => {
  if (Records) await deliverFresh(world, Records)
  else await deliverDue(world)
})
export const handler = onLambda(open)
