import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { itemFound } from './transact.ts'

/** Replaces the hash of a password by a stronger one of the same password, unless the password has been changed meanwhile. */
export async function putStrongerHash(
  { db, settings }: World,
  key: { pk: string; sk: string },
  { weak, strong }: { weak: string; strong: string },
): Promise<void> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: key,
        UpdateExpression: 'SET passwordHash = :new ADD rev :one',
        ConditionExpression: 'passwordHash = :old',
        ExpressionAttributeValues: { ':new': strong, ':old': weak, ':one': 1 },
      }),
    )
  } catch (error) {
    if (!itemFound(error)) throw error
  }
}
