import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { digest, keys } from './table.ts'
import { itemFound, transact } from './transact.ts'

/** A passkey of an end user. */
export interface PasskeyRow {
  orgId: string
  userId: string
  /** base64url. */
  credentialId: string
  /** COSE key as base64url. */
  publicKey: string
  counter: number
  transports: string[]
  createdAt: string
  lastUsedAt?: string
}

/** Puts a passkey, with the pointer that it is found by. @returns false if its id is taken. */
export async function putPasskey(world: World, row: PasskeyRow): Promise<boolean> {
  const { orgId, userId, credentialId } = row
  const sha256 = digest(credentialId)
  const once = 'attribute_not_exists(pk)'
  const Item = { ...keys.passkey(orgId, userId, sha256), ...row }
  const pointer = { ...keys.passkeyPointer(orgId, sha256), userId }
  const { ok } = await transact(world, [
    { Put: { TableName: '', Item, ConditionExpression: once } },
    { Put: { TableName: '', Item: pointer, ConditionExpression: once } },
  ])
  return ok
}

/** The passkey of that id in the organisation, strongly consistent. */
export async function findPasskey(
  world: World,
  orgId: string,
  credentialId: string,
): Promise<PasskeyRow | null> {
  const { db, settings } = world
  const sha256 = digest(credentialId)
  const { Item: pointer } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.passkeyPointer(orgId, sha256),
      ConsistentRead: true,
    }),
  )
  if (pointer === undefined) return null
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.passkey(orgId, String(pointer.userId), sha256),
      ConsistentRead: true,
    }),
  )
  return (Item as PasskeyRow | undefined) ?? null
}

/** The passkeys of a user. */
export async function listPasskeys(world: World, orgId: string, userId: string): Promise<PasskeyRow[]> {
  const { pk, sk } = keys.passkey(orgId, userId, '')
  return await listUnder<PasskeyRow>(world, pk, sk)
}

/**
 * Notes a use. Authenticators that count nothing stay at 0; any other counter rises with each use.
 *
 * @returns false if it has not risen.
 */
export async function usePasskey(
  { db, settings }: World,
  { orgId, userId, credentialId }: Pick<PasskeyRow, 'orgId' | 'userId' | 'credentialId'>,
  { counter, at }: { counter: number; at: string },
): Promise<boolean> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.passkey(orgId, userId, digest(credentialId)),
        UpdateExpression: 'SET #counter = :counter, lastUsedAt = :at',
        ConditionExpression: '#counter < :counter OR (#counter = :zero AND :counter = :zero)',
        ExpressionAttributeNames: { '#counter': 'counter' },
        ExpressionAttributeValues: { ':counter': counter, ':at': at, ':zero': 0 },
      }),
    )
    return true
  } catch (error) {
    if (itemFound(error)) return false
    throw error
  }
}
