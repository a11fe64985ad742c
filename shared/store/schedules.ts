import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { asSeen } from './put-as-seen.ts'
import { indexKeys, keys, shardOf } from './table.ts'
import type { Write } from './transact.ts'

/** When and how a flow is started by time. */
export interface ScheduleRow {
  id: string
  orgId: string
  flowId: string
  name: string
  /** Rises with every change by a person: a firing of an earlier one is dropped. */
  rev: number
  active: boolean
  /** As the author wrote it. */
  cron: string
  timezone: string
  /** JSON text of an object. */
  data: string
  version: number | 'latest'
  overlap: 'skip' | 'queue' | 'cancel-previous' | 'allow'
  missed: 'last' | 'skip' | 'all'
  missedWindowSeconds: number
  startAt: string | null
  endAt: string | null
  pauseReason: string | null
  createdAt: string
  /** Who last changed it, and when: `rate(…)` counts from then. */
  updatedAt: string
  updatedBy: string
  /** What came of the latest firing. */
  lastRunAt: string | null
  lastRunId: string | null
  lastResult: { scheduledAt: string; outcome: string; reason: string | null } | null
  /** The latest moment that was dealt with. */
  firedUntil: string | null
}

/** Puts a schedule as a part of a transaction; only if nobody has changed it since it was read. */
export function putScheduleWrite(row: ScheduleRow, seen: number | null): Write {
  return {
    Put: {
      TableName: '',
      Item: {
        ...keys.schedule(row.orgId, row.flowId, row.name),
        ...row,
        gsi2pk: indexKeys.schedules(shardOf(row.id)),
        gsi2sk: `${row.orgId}#${row.flowId}#${row.name}`,
      },
      ...asSeen(seen),
    },
  }
}

/** Removes a schedule as it was read. */
export function dropScheduleWrite({ orgId, flowId, name, rev }: ScheduleRow): Write {
  return {
    Delete: {
      TableName: '',
      Key: keys.schedule(orgId, flowId, name),
      ConditionExpression: 'rev = :seen',
      ExpressionAttributeValues: { ':seen': rev },
    },
  }
}

/** The schedule, strongly consistent. */
export async function getSchedule(
  { db, settings }: World,
  org: string,
  flow: string,
  name: string,
): Promise<ScheduleRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.schedule(org, flow, name), ConsistentRead: true }),
  )
  return (Item as ScheduleRow | undefined) ?? null
}

/** All schedules of a flow, by name; strongly consistent. */
export async function listScheduleRows(world: World, org: string, flow: string): Promise<ScheduleRow[]> {
  return await listUnder<ScheduleRow>(world, keys.schedule(org, flow, '').pk, 'SCHED#')
}

/** Writes what came of a firing, unless the schedule was changed or a later one was dealt with. */
export async function noteFiring(
  { db, settings }: World,
  { orgId, flowId, name, rev }: ScheduleRow,
  fired: { firedUntil: string; lastResult: ScheduleRow['lastResult']; run?: { id: string; at: string } },
): Promise<void> {
  const { firedUntil, lastResult, run } = fired
  const began = run === undefined ? '' : ', lastRunId = :run, lastRunAt = :at'
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.schedule(orgId, flowId, name),
        UpdateExpression: `SET firedUntil = :until, lastResult = :result${began}`,
        ConditionExpression: 'rev = :rev AND (firedUntil = :none OR firedUntil < :until)',
        ExpressionAttributeValues: {
          ':until': firedUntil,
          ':result': lastResult,
          ':rev': rev,
          ':none': null,
          ...(run === undefined ? {} : { ':run': run.id, ':at': run.at }),
        },
      }),
    )
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}
