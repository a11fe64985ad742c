import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { FileRow } from './files.ts'
import { keys } from './table.ts'

/** Removes the record of a file that no run uses; its bytes follow (`core/removed-files.ts`). */
export async function dropFile({ db, settings }: World, { orgId, id }: FileRow): Promise<void> {
  try {
    await db.send(
      new DeleteCommand({
        TableName: settings.table,
        Key: keys.file(orgId, id),
        ConditionExpression: '#runs = :none',
        ExpressionAttributeNames: { '#runs': 'runs' },
        ExpressionAttributeValues: { ':none': 0 },
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}
