import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { keys } from './table.ts'

/** Notes how many of a run's events everybody who watches it has been sent. `changed` alone writes this. */
export async function noteSent(
  { db, settings, clock }: World,
  org: string,
  run: string,
  sent: number,
): Promise<void> {
  const ttl = Math.floor(clock.now() / 1000) + keptSeconds
  await db.send(new PutCommand({ TableName: settings.table, Item: { ...keys.watch(org, run), sent, ttl } }))
}

/** A connection lives two hours: after so long without an event nobody is left. */
const keptSeconds = 3 * 3600

/** Notes that nobody watches a run any more. */
export async function endWatch({ db, settings }: World, org: string, run: string): Promise<void> {
  await db.send(new DeleteCommand({ TableName: settings.table, Key: keys.watch(org, run) }))
}
