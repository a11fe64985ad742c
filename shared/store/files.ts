import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { countItems } from './pages.ts'
import { indexKeys, keys } from './table.ts'

/** A file that was uploaded, or may be. */
export interface FileRow {
  id: string
  orgId: string
  /** What people call it; a label, never a place. */
  filename: string
  contentType: string
  /** Bytes, as they were announced: the upload must have exactly so many. null: they are counted at the first use. */
  size: number | null
  /** Where its bytes lie in the bucket. */
  key: string
  /** `ready` once it was seen that the bytes are there. */
  status: 'pending' | 'ready'
  /** The share that it came by: only executions through that one may use it. */
  shareId?: string
  /** The flow whose list it is in. */
  flowId?: string
  /** How many runs use it; without any it goes at `expiresAt`. */
  runs: number
  createdAt: string
  createdBy: string
  expiresAt: string
  /** Seconds since 1970; absent once a run uses the file. */
  ttl?: number
}

/** Puts a new file. */
export async function putFile({ db, settings }: World, row: FileRow): Promise<void> {
  const { orgId, id, createdAt, flowId } = row
  const sort = `${createdAt}#${id}`
  const listed = {
    ...{ gsi1pk: indexKeys.files(orgId), gsi1sk: sort },
    ...(flowId === undefined ? {} : { gsi3pk: indexKeys.flowFiles(orgId, flowId), gsi3sk: sort }),
  }
  await db.send(
    new PutCommand({
      TableName: settings.table,
      Item: { ...row, ...keys.file(orgId, id), ...listed },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  )
}

/** The file, strongly consistent. */
export async function getFile({ db, settings }: World, org: string, id: string): Promise<FileRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.file(org, id), ConsistentRead: true }),
  )
  return (Item as FileRow | undefined) ?? null
}

/** Notes that the bytes are there. @returns false if the file is gone meanwhile. */
export async function setReady({ db, settings }: World, { orgId, id }: FileRow): Promise<boolean> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.file(orgId, id),
        UpdateExpression: 'SET #status = :ready',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':ready': 'ready' },
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** How many files the organisation has, up to a limit; a moment behind. */
export async function countFiles(world: World, org: string, atMost: number): Promise<number> {
  const listing = {
    IndexName: 'gsi1',
    KeyConditionExpression: 'gsi1pk = :pk',
    ExpressionAttributeValues: { ':pk': indexKeys.files(org) },
  }
  return await countItems(world, listing, atMost)
}

/** True if the file is there for whoever names it: used, or not yet due to go. */
export function isKept({ runs, expiresAt }: FileRow, now: number): boolean {
  return runs > 0 || Date.parse(expiresAt) > now
}
