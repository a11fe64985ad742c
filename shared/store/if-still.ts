import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'

/**
 * Makes a write whose condition others may have overtaken.
 *
 * @returns whether it went through; false = its condition did not hold any more.
 * @throws the SDK's error for everything else.
 */
export async function ifStill(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}
