import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** What a flowId opens: one run of a journey. The flowId itself is stored nowhere. */
export interface JourneyRow {
  /** sha256 of the flowId, as hex. */
  flowIdHash: string
  orgId: string
  runId: string
  flowType: string
  /** Errors are also drawn as components, for clients that draw nothing else. */
  showMessages: boolean
  /** The wait that was last shown; absent = none, or a progress step. */
  shownWaitId?: string
  /** When the end of the run was told: from then on the flowId opens nothing. */
  toldAt?: string
  /** Seconds since 1970 at which nobody can need it any more. */
  ttl: number
}

/** Puts the pointer that a flowId is found by, in the transaction that begins its run. */
export function putJourney(row: JourneyRow): Write {
  return {
    Put: {
      TableName: '',
      Item: { ...keys.journey(row.flowIdHash), ...row },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }
}

/** What the flowId with that digest opens, strongly consistent. */
export async function findJourney({ db, settings }: World, flowIdHash: string): Promise<JourneyRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.journey(flowIdHash), ConsistentRead: true }),
  )
  return Item?.flowIdHash === undefined ? null : (Item as JourneyRow)
}

/** Notes which wait was shown last; null = none. */
export async function noteShown(
  { db, settings }: World,
  { flowIdHash }: JourneyRow,
  waitId: string | null,
): Promise<void> {
  await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.journey(flowIdHash),
      UpdateExpression: waitId === null ? 'REMOVE shownWaitId' : 'SET shownWaitId = :wait',
      ConditionExpression: 'attribute_exists(pk)',
      ...(waitId === null ? {} : { ExpressionAttributeValues: { ':wait': waitId } }),
    }),
  )
}

/** Notes that the end was told; told before, the first time stands. */
export async function noteTold(
  { db, settings }: World,
  { flowIdHash }: JourneyRow,
  at: string,
): Promise<void> {
  await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.journey(flowIdHash),
      UpdateExpression: 'SET toldAt = if_not_exists(toldAt, :at)',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':at': at },
    }),
  )
}
