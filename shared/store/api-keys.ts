import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { AccountRow } from './accounts.ts'
import { itemsUnder } from './pages.ts'
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
  revokedAt?: string
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

/** Where a key lies: never changes, so that a process asks once. Whether the key still counts is read each time. */
interface Pointer {
  org: string
  id: string
  account: string
}

const pointers = new Map<string, Pointer>()
const keepPointers = 10_000

async function pointerTo({ db, settings }: World, sha256: string): Promise<Pointer | null> {
  const kept = pointers.get(`${settings.table} ${sha256}`)
  if (kept) return kept
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.apiKeyPointer(sha256) }),
  )
  if (Item === undefined) return null
  pointers.set(`${settings.table} ${sha256}`, Item as unknown as Pointer)
  if (pointers.size > keepPointers) pointers.delete(pointers.keys().next().value as string)
  return Item as unknown as Pointer
}

/** The key with a sha256 and its maker, strongly consistent. */
export async function findApiKey(
  world: World,
  sha256: string,
): Promise<{ key: ApiKeyRow; account: AccountRow } | null> {
  const { db, settings } = world
  const pointer = await pointerTo(world, sha256)
  if (pointer === null) return null
  const Keys = [keys.apiKey(pointer.org, pointer.id), keys.account(pointer.org, pointer.account)]
  const { Responses } = await db.send(
    new BatchGetCommand({ RequestItems: { [settings.table]: { Keys, ConsistentRead: true } } }),
  )
  const items = Responses?.[settings.table] ?? []
  const key = items.find(({ sk }) => String(sk).startsWith('KEY#')) as ApiKeyRow | undefined
  const account = items.find(({ sk }) => String(sk).startsWith('USER#')) as AccountRow | undefined
  return key && account ? { key, account } : null
}

/** All keys of an organisation that are not revoked. */
export async function listApiKeyRows(world: World, org: string): Promise<ApiKeyRow[]> {
  const rows = await Array.fromAsync(itemsUnder<ApiKeyRow>(world, keys.apiKey(org, '').pk, 'KEY#'))
  return rows.filter(({ revokedAt }) => revokedAt === undefined)
}

/** Ends a key. @returns false if there is none that is alive. */
export async function revokeKey(
  { db, settings }: World,
  org: string,
  id: string,
  at: string,
): Promise<boolean> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.apiKey(org, id),
        UpdateExpression: 'SET revokedAt = :at',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
        ExpressionAttributeValues: { ':at': at },
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}
