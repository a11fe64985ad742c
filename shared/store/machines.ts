import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { indexKeys, keys, shardOf } from './table.ts'
import type { Write } from './transact.ts'

/** A compiled machine: named by its content, so the same row serves every version with the same bytes. */
export interface MachineRow {
  name: string
  arn?: string
  kind: 'standard' | 'express'
  /** sha256 of its content; the name has the first 16 digits. */
  hash: string
  state: 'CREATING' | 'READY'
  compilerVersion: string
}

/** The machine's row, strongly consistent. */
export async function getMachine(
  { db, settings }: World,
  org: string,
  flow: string,
  name: string,
): Promise<MachineRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.machine(org, flow, name), ConsistentRead: true }),
  )
  return (Item as MachineRow | undefined) ?? null
}

/** Notes that a machine is about to be made; while no version needs it, it stands in the list of garbage. */
export async function noteMachine(
  { db, settings }: World,
  org: string,
  flow: string,
  row: MachineRow,
  checkAt: string,
) {
  try {
    await db.send(
      new PutCommand({
        TableName: settings.table,
        Item: {
          ...keys.machine(org, flow, row.name),
          ...row,
          gsi2pk: indexKeys.garbage(shardOf(row.name)),
          gsi2sk: `${checkAt}#${org}#${flow}#${row.name}`,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )
  } catch (error) {
    // Somebody else is making the same machine: the same bytes, so both may go on.
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}

/** Notes that the engine has the machine. */
export async function noteReady(
  { db, settings }: World,
  org: string,
  flow: string,
  name: string,
  arn: string,
) {
  await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.machine(org, flow, name),
      UpdateExpression: 'SET #state = :ready, arn = :arn',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':ready': 'READY', ':arn': arn },
    }),
  )
}

/** Ties a machine to a version that needs it, and takes it off the list of garbage. */
export function useMachine(org: string, flow: string, name: string, version: number): Write[] {
  return [
    { Put: { TableName: '', Item: { ...keys.machineUse(org, flow, name, version), name, version } } },
    {
      Update: {
        TableName: '',
        Key: keys.machine(org, flow, name),
        UpdateExpression: 'REMOVE gsi2pk, gsi2sk',
        ConditionExpression: '#state = :ready',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':ready': 'READY' },
      },
    },
  ]
}
