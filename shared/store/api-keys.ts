import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { AccountRow } from './accounts.ts'
import { getItems } from './batch-get.ts'
import { listUnder } from './pages.ts'
import { keys } from './table.ts'
import type { Write } from './transact.ts'

/** An API key: its text is stored nowhere, only its sha256. */
export interface ApiKeyRow {
  id: string
  orgId: string
  /** Its maker: the key can do no more than the maker may now. */
  accountId: string
  name: string
  scopes: string[]
  sha256: string
  createdAt: string
  expiresAt: string | null
  /** To the hour. */
  lastUsedAt?: string
  revokedAt?: string
}

/** Where a key lies: fixed when it is made. */
export interface ApiKeyPointer {
  org: string
  id: string
  account: string
}

/** Puts a new key and the pointer by which it is found. */
export function putApiKey(row: ApiKeyRow): Write[] {
  const { orgId: org, id, accountId: account, sha256 } = row
  return [
    {
      Put: {
        TableName: '',
        Item: { ...keys.apiKey(org, id), ...row },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    { Put: { TableName: '', Item: { ...keys.apiKeyPointer(sha256), org, id, account } } },
  ]
}

/** Where the key with a sha256 lies; null if there never was one. */
export async function findApiKey({ db, settings }: World, sha256: string): Promise<ApiKeyPointer | null> {
  const { Item } = await db.send(
    // Strongly consistent: a key may be used the moment after it was made.
    new GetCommand({ TableName: settings.table, Key: keys.apiKeyPointer(sha256), ConsistentRead: true }),
  )
  return (Item as ApiKeyPointer | undefined) ?? null
}

/** A key and its maker in one strongly consistent read: both decide about every request. */
export async function getKeyAndAccount(
  world: World,
  { org, id, account }: ApiKeyPointer,
): Promise<{ key: ApiKeyRow | null; account: AccountRow | null }> {
  const items = await getItems(world, [keys.apiKey(org, id), keys.account(org, account)])
  const find = (prefix: string) => items.find(({ sk }) => sk.startsWith(prefix)) ?? null
  return { key: find('KEY#') as ApiKeyRow | null, account: find('USER#') as AccountRow | null }
}

/** Notes when a key was used. */
export async function noteUse(
  { db, settings }: World,
  { orgId, id }: ApiKeyRow,
  lastUsedAt: string,
): Promise<void> {
  await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.apiKey(orgId, id),
      UpdateExpression: 'SET lastUsedAt = :at',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':at': lastUsedAt },
    }),
  )
}

/** All keys of an organisation that are not revoked, newest first. */
export async function listApiKeyRows(world: World, org: string): Promise<ApiKeyRow[]> {
  const rows = await listUnder<ApiKeyRow>(world, keys.apiKey(org, '').pk, 'KEY#')
  return rows
    .filter(({ revokedAt }) => revokedAt === undefined)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id))
}

/** Ends a key; without effect if there is none that is alive. */
export function revokeKey(org: string, id: string, at: string): Write {
  return {
    Update: {
      TableName: '',
      Key: keys.apiKey(org, id),
      UpdateExpression: 'SET revokedAt = :at',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
      ExpressionAttributeValues: { ':at': at },
    },
  }
}
