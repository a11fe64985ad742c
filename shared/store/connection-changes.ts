import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { ClosingReason, ConnectionRow } from './connections.ts'
import { keys } from './table.ts'
import { itemFound } from './transact.ts'

type Named = Pick<ConnectionRow, 'orgId' | 'runId' | 'id'>

/** Notes that a connection has every event up to a number, and whether it has caught up with the others. */
export async function noteProgress(
  world: World,
  row: Named,
  { after, live }: { after: number; live: boolean },
): Promise<void> {
  await update(world, row, live ? 'SET #after = :after, #live = :live' : 'SET #after = :after', {
    names: live ? { '#after': 'after', '#live': 'live' } : { '#after': 'after' },
    values: live ? { ':after': after, ':live': true } : { ':after': after },
  })
}

/** Asks `changed`, which alone writes to connections, to close one. */
export async function askToClose(world: World, row: Named, reason: ClosingReason): Promise<void> {
  await update(world, row, 'SET closing = if_not_exists(closing, :reason)', { values: { ':reason': reason } })
}

/** Without effect on a connection that has closed meanwhile. */
async function update(
  { db, settings }: World,
  { orgId, runId, id }: Named,
  UpdateExpression: string,
  { names, values }: { names?: Record<string, string>; values: Record<string, unknown> },
): Promise<void> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.connection(orgId, runId, id),
        UpdateExpression,
        ConditionExpression: 'attribute_exists(pk)',
        ...(names ? { ExpressionAttributeNames: names } : {}),
        ExpressionAttributeValues: values,
      }),
    )
  } catch (error) {
    if (!itemFound(error)) throw error
  }
}
