import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { applyChanges } from '../shared/core/updates.ts'
import { door, onLambda } from './door.ts'

/** The table changed. What could not be applied is delivered again, from the first failure on. */
export const open = door(
  async (world, { Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => ({
    batchItemFailures: await applyChanges(world, Records),
  }),
)
export const handler = onLambda(open)
