import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { applyChanges } from '../shared/core/updates.ts'
import { door, onLambda } from './door.ts'

/** The table changed. What could not be applied is delivered again, from the first failure on. */
export const open = door(
  (world, { Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => applyChanges(world, Records),
)
export const handler = onLambda(open)
