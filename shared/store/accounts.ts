import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { indexKeys, keys } from './table.ts'
import type { Write } from './transact.ts'

/** Somebody who may sign in. */
export interface AccountRow {
  id: string
  orgId: string
  name: string
  /** Lower case, NFC; unique in the deployment. */
  email: string
  role: 'admin' | 'user' | 'viewer'
  /** PHC text of argon2id. */
  passwordHash: string
  disabled?: boolean
  createdAt: string
  updatedAt: string
}

/** E-mail addresses are compared like this. */
export function emailKey(email: string): string {
  return email.normalize('NFC').trim().toLowerCase()
}

/** Puts a new account and the lock on its e-mail; without effect if the e-mail is taken. */
export function putAccount(row: AccountRow): Write[] {
  const once = 'attribute_not_exists(pk)'
  return [
    {
      Put: {
        TableName: '',
        Item: {
          ...keys.account(row.orgId, row.id),
          ...row,
          gsi1pk: indexKeys.accounts(row.orgId),
          gsi1sk: `${row.createdAt}#${row.id}`,
        },
        ConditionExpression: once,
      },
    },
    {
      Put: {
        TableName: '',
        Item: { ...keys.nameLock(row.email), org: row.orgId, account: row.id },
        ConditionExpression: once,
      },
    },
  ]
}

/** The account with an e-mail, whatever its organisation; strongly consistent. */
export async function findAccount(world: World, email: string): Promise<AccountRow | null> {
  const { db, settings } = world
  const { Item: lock } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.nameLock(emailKey(email)), ConsistentRead: true }),
  )
  return lock?.account === undefined ? null : getAccount(world, String(lock.org), String(lock.account))
}

/** The account, strongly consistent. */
export async function getAccount(
  { db, settings }: World,
  org: string,
  account: string,
): Promise<AccountRow | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: settings.table, Key: keys.account(org, account), ConsistentRead: true }),
  )
  return (Item as AccountRow | undefined) ?? null
}

/** Replaces the hash of a password by a stronger one of the same password. */
export async function renewHash(
  { db, settings }: World,
  { orgId, id, passwordHash }: AccountRow,
  hash: string,
) {
  await db.send(
    new UpdateCommand({
      TableName: settings.table,
      Key: keys.account(orgId, id),
      UpdateExpression: 'SET passwordHash = :new',
      ConditionExpression: 'passwordHash = :old',
      ExpressionAttributeValues: { ':new': hash, ':old': passwordHash },
    }),
  )
}
