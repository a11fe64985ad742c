import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { digest, keys } from './table.ts'
import { itemFound, transact } from './transact.ts'

/** An end user of an organisation: somebody whom its flows sign up and sign in. Accounts are something else. */
export interface UserRow {
  id: string
  orgId: string
  /** Lower case, NFC; unique in the organisation. */
  email: string
  /** PHC text of argon2id; absent = he has none. */
  passwordHash?: string
  /** JSON text. */
  attributes: string
  createdAt: string
  updatedAt: string
  passwordChangedAt?: string
  /** Rises with every change. */
  rev: number
}

/**
 * Puts a user and the lock on his e-mail, both or neither.
 *
 * @returns the id of whoever has the e-mail now.
 */
export async function putUser(world: World, row: UserRow): Promise<string> {
  const once = 'attribute_not_exists(pk)'
  const lock = keys.userEmail(row.orgId, digest(row.email))
  const { ok } = await transact(world, [
    {
      Put: { TableName: '', Item: { ...keys.user(row.orgId, row.id), ...row }, ConditionExpression: once },
    },
    { Put: { TableName: '', Item: { ...lock, userId: row.id }, ConditionExpression: once } },
  ])
  if (ok) return row.id
  // Without a lock it was the id that was there: the same visit has made him, with another e-mail.
  return (await idOfEmail(world, row.orgId, row.email)) ?? row.id
}

/** Who has an e-mail, strongly consistent. */
export async function idOfEmail(
  { db, settings }: World,
  orgId: string,
  email: string,
): Promise<string | null> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: settings.table,
      Key: keys.userEmail(orgId, digest(email)),
      ConsistentRead: true,
    }),
  )
  return (Item?.userId as string | undefined) ?? null
}

/** The user, strongly consistent. */
export async function getUser(
  { db, settings }: World,
  orgId: string,
  userId: string,
): Promise<UserRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.user(orgId, userId), ConsistentRead: true }),
  )
  return (Item as UserRow | undefined) ?? null
}

/** Gives a user a new password. @returns false if there is no such user. */
export async function changePassword(
  { db, settings }: World,
  { orgId, id }: Pick<UserRow, 'orgId' | 'id'>,
  { passwordHash, at }: { passwordHash: string; at: string },
): Promise<boolean> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.user(orgId, id),
        UpdateExpression: 'SET passwordHash = :hash, passwordChangedAt = :at, updatedAt = :at ADD rev :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':hash': passwordHash, ':at': at, ':one': 1 },
      }),
    )
    return true
  } catch (error) {
    if (itemFound(error)) return false
    throw error
  }
}
