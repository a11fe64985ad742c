import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** Whoever has the token may run the flow. */
export interface ShareRow {
  id: string
  orgId: string
  flowId: string
  name: string | null
  /** sha256 of the token; the token itself is nowhere. */
  tokenHash: string
  /** Its last characters, so that people can tell tokens apart. */
  tokenHint: string
  version: number | 'latest'
  expiresAt: string | null
  maxRuns: number | null
  /** Runs begun so far. */
  runs: number
  allowApproval: boolean
  disabled: boolean
  createdAt: string
  createdBy: string
  lastUsedAt: string | null
}

/** What a pointer says: whose share a token is. */
export interface SharePlace {
  orgId: string
  flowId: string
  id: string
}

/** Puts a share and the pointer that its token is found by. */
export function putShare(row: ShareRow): Write[] {
  const once = 'attribute_not_exists(pk)'
  const { orgId, flowId, id, tokenHash } = row
  return [
    {
      Put: { TableName: '', Item: { ...keys.share(orgId, flowId, id), ...row }, ConditionExpression: once },
    },
    {
      Put: {
        TableName: '',
        Item: { ...keys.sharePointer(tokenHash), orgId, flowId, id },
        ConditionExpression: once,
      },
    },
  ]
}

/** Takes a share away: its token opens nothing from now on. */
export function dropShare({ orgId, flowId, id, tokenHash }: ShareRow): Write[] {
  return [
    {
      Delete: {
        TableName: '',
        Key: keys.share(orgId, flowId, id),
        ConditionExpression: 'attribute_exists(pk)',
      },
    },
    { Delete: { TableName: '', Key: keys.sharePointer(tokenHash) } },
  ]
}

/** What a person may change of a share. */
export type ShareChange = Partial<
  Pick<ShareRow, 'name' | 'expiresAt' | 'maxRuns' | 'disabled' | 'allowApproval'>
>

/** Changes a share beside the runs that count themselves on it. @returns null if there is none. */
export async function changeShareRow(
  { db, settings }: World,
  { orgId, flowId, id }: SharePlace,
  change: ShareChange,
): Promise<ShareRow | null> {
  const given = Object.entries(change)
  try {
    const { Attributes } = await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.share(orgId, flowId, id),
        UpdateExpression: `SET ${given.map((_, at) => `#n${at} = :v${at}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries(given.map(([name], at) => [`#n${at}`, name])),
        ExpressionAttributeValues: Object.fromEntries(given.map(([, value], at) => [`:v${at}`, value])),
        ReturnValues: 'ALL_NEW',
      }),
    )
    return Attributes as ShareRow
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null
    throw error
  }
}

/** Counts a run on the share, in the transaction that begins it: never more than there may be. */
export function countShareRun({ orgId, flowId, id }: SharePlace, now: string): Write {
  return {
    Update: {
      TableName: '',
      Key: keys.share(orgId, flowId, id),
      UpdateExpression: 'SET lastUsedAt = :now ADD #runs :one',
      ConditionExpression:
        'disabled = :no AND (maxRuns = :none OR #runs < maxRuns) AND (expiresAt = :none OR expiresAt > :now)',
      ExpressionAttributeNames: { '#runs': 'runs' },
      ExpressionAttributeValues: { ':now': now, ':one': 1, ':no': false, ':none': null },
    },
  }
}

/** The share, strongly consistent. */
export async function getShare(
  { db, settings }: World,
  { orgId, flowId, id }: SharePlace,
): Promise<ShareRow | null> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.share(orgId, flowId, id),
      ConsistentRead: true,
    }),
  )
  return (Item as ShareRow | undefined) ?? null
}

/** The share whose token has a digest. */
export async function findShare(world: World, tokenHash: string): Promise<ShareRow | null> {
  const { Item } = await world.db.send(
    new GetCommand({
      TableName: world.settings.table,
      Key: keys.sharePointer(tokenHash),
      ConsistentRead: true,
    }),
  )
  return Item ? await getShare(world, Item as unknown as SharePlace) : null
}

/** All shares of a flow; strongly consistent. */
export async function listShareRows(world: World, org: string, flow: string): Promise<ShareRow[]> {
  return await listUnder<ShareRow>(world, keys.share(org, flow, '').pk, 'SHARE#')
}
