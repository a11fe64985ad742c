import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { keys } from './table.ts'

/** A run that a step of another run started and waits for. */
export interface ChildRow {
  orgId: string
  /** The waiting run. */
  runId: string
  childId: string
  stepKey: string
  /** The engine's token under KMS, base64. */
  token: string
  status: 'open' | 'answered'
}

/** Keeps the token that the child's end answers; a later one takes the place of an earlier one. */
export async function keepChild({ db, settings }: World, row: ChildRow): Promise<void> {
  await db.send(
    new PutCommand({
      TableName: settings.table,
      Item: { ...keys.child(row.orgId, row.runId, row.childId), ...row },
    }),
  )
}

/** The row by which a run knows its child, strongly consistent. */
export async function getChild(
  { db, settings }: World,
  org: string,
  run: string,
  child: string,
): Promise<ChildRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.child(org, run, child), ConsistentRead: true }),
  )
  return (Item as ChildRow | undefined) ?? null
}

/** Notes that the engine knows of the child's end; not if the token has changed meanwhile. */
export async function noteAnswered({ db, settings }: World, row: ChildRow): Promise<boolean> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.child(row.orgId, row.runId, row.childId),
        UpdateExpression: 'SET #status = :answered',
        ConditionExpression: '#token = :token',
        ExpressionAttributeNames: { '#status': 'status', '#token': 'token' },
        ExpressionAttributeValues: { ':answered': 'answered', ':token': row.token },
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Every run that steps of this run started; strongly consistent. */
export async function listChildren(world: World, org: string, run: string): Promise<ChildRow[]> {
  return await listUnder<ChildRow>(world, keys.run(org, run).pk, 'CHILD#')
}
