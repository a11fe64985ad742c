import { gunzipSync } from 'node:zlib'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { ifStill } from './if-still.ts'
import { indexKeys, keys, shardOf } from './table.ts'
import type { Write } from './transact.ts'

/** Whose machine it is. */
export interface Owner {
  orgId: string
  flowId: string
}

/** A compiled machine: named by its content, so the same row serves every version with the same bytes. */
export interface MachineRow {
  name: string
  arn?: string
  kind: 'standard' | 'express'
  /** sha256 of its content; the name has the first 16 digits. */
  hash: string
  /** RETIRED: no version needs it; DELETING: the engine is being told to forget it. */
  state: 'CREATING' | 'READY' | 'RETIRED' | 'DELETING'
  compilerVersion: string
  /** The definition as JSON text, gzipped. */
  body: Uint8Array
  /** When it was last found without runs, in milliseconds since 1970; only where RETIRED. */
  emptyAt?: number
  /** When it is looked at next; absent while a version needs it. */
  gsi2sk?: string
}

/** The machine's row, strongly consistent. */
export async function getMachine(
  { db, settings }: World,
  { orgId, flowId }: Owner,
  name: string,
): Promise<MachineRow | null> {
  const Key = keys.machine(orgId, flowId, name)
  const { Item } = await db.send(new GetCommand({ TableName: settings.table, Key, ConsistentRead: true }))
  return (Item as MachineRow | undefined) ?? null
}

/** Notes that a machine is about to be made. While no version needs it, it stands in the list of garbage. */
export async function noteMachine(
  world: World,
  owner: Owner,
  row: Omit<MachineRow, 'state'>,
  checkAt: number,
): Promise<void> {
  const { db, settings } = world
  const put = new PutCommand({
    TableName: settings.table,
    Item: {
      ...keys.machine(owner.orgId, owner.flowId, row.name),
      ...row,
      state: 'CREATING',
      ...garbageIndex(owner, row.name, checkAt),
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  })
  // Otherwise somebody else makes the same machine: the same bytes, so both may go on.
  await ifStill(db.send(put))
}

/** Notes that the engine has the machine. @returns false if it is being taken away. */
export async function noteReady(
  { db, settings }: World,
  { orgId, flowId }: Owner,
  name: string,
  arn: string,
): Promise<boolean> {
  return await ifStill(
    db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.machine(orgId, flowId, name),
        UpdateExpression: 'SET #state = :ready, arn = :arn REMOVE emptyAt',
        ConditionExpression: '#state IN (:creating, :ready, :retired)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':creating': 'CREATING',
          ':ready': 'READY',
          ':retired': 'RETIRED',
          ':arn': arn,
        },
      }),
    ),
  )
}

/** Ties a machine to a version that needs it, and takes it off the list of garbage. */
export function useMachine({ orgId, flowId }: Owner, name: string, version: number): Write[] {
  return [
    { Put: { TableName: '', Item: { ...keys.machineUse(orgId, flowId, name, version), name, version } } },
    {
      Update: {
        TableName: '',
        Key: keys.machine(orgId, flowId, name),
        UpdateExpression: 'SET #state = :ready REMOVE gsi2pk, gsi2sk, emptyAt',
        ConditionExpression: '#state IN (:ready, :retired)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':ready': 'READY', ':retired': 'RETIRED' },
      },
    },
  ]
}

/** Where the sweep finds a machine that no version needs, and when. */
export function garbageIndex({ orgId, flowId }: Owner, name: string, checkAt: number) {
  return {
    gsi2pk: indexKeys.garbage(shardOf(name)),
    gsi2sk: `${new Date(checkAt).toISOString()}#${orgId}#${flowId}#${name}`,
  }
}

/** The machine's definition as JSON text. */
export function definitionOfRow({ body }: Pick<MachineRow, 'body'>): string {
  return gunzipSync(body).toString('utf8')
}
