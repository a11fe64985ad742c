import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { indexKeys, keys } from './table.ts'
import { itemFound, type Write } from './transact.ts'

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
  /** Rises when password or role change: sessions opened before it end. */
  epoch: number
  /** Rises with every change. */
  rev: number
  createdAt: string
  updatedAt: string
}

/** Longest e-mail address that is looked up, in bytes. */
const longestEmail = 512

/** E-mail addresses are compared like this. */
export function emailKey(email: string): string {
  return email.normalize('NFC').trim().toLowerCase()
}

/** Puts a new account and the lock on its e-mail; without effect if the e-mail is taken. */
export function putAccount(row: AccountRow): Write[] {
  return [
    { Put: { TableName: '', Item: itemOf(row), ConditionExpression: 'attribute_not_exists(pk)' } },
    putLock(row),
  ]
}

/** Replaces an account as it was read, and moves the lock if its e-mail changes. */
export function changeAccountRow(before: AccountRow, after: AccountRow): Write[] {
  const change: Write = {
    Put: {
      TableName: '',
      Item: itemOf({ ...after, rev: before.rev + 1 }),
      ConditionExpression: 'rev = :seen',
      ExpressionAttributeValues: { ':seen': before.rev },
    },
  }
  return before.email === after.email ? [change] : [change, putLock(after), dropLock(before)]
}

/** Removes an account as it was read, and the lock on its e-mail. */
export function dropAccount(row: AccountRow): Write[] {
  const remove: Write = {
    Delete: {
      TableName: '',
      Key: keys.account(row.orgId, row.id),
      ConditionExpression: 'rev = :seen',
      ExpressionAttributeValues: { ':seen': row.rev },
    },
  }
  return [remove, dropLock(row)]
}

/** Holds only if this other account is an admin still: two admins cannot remove each other. */
export function stillAdmin({ orgId, id }: AccountRow): Write {
  return {
    ConditionCheck: {
      TableName: '',
      Key: keys.account(orgId, id),
      ConditionExpression: '#role = :admin AND attribute_not_exists(disabled)',
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':admin': 'admin' },
    },
  }
}

function itemOf(row: AccountRow) {
  return {
    ...row,
    ...keys.account(row.orgId, row.id),
    gsi1pk: indexKeys.accounts(row.orgId),
    gsi1sk: `${row.createdAt}#${row.id}`,
  }
}

function putLock({ email, orgId, id }: AccountRow): Write {
  const Item = { ...keys.nameLock(email), org: orgId, account: id }
  return { Put: { TableName: '', Item, ConditionExpression: 'attribute_not_exists(pk)' } }
}

function dropLock({ email }: AccountRow): Write {
  return { Delete: { TableName: '', Key: keys.nameLock(email) } }
}

/** The account with an e-mail, whatever its organisation; strongly consistent. Two reads, found or not. */
export async function findAccount(world: World, email: string): Promise<AccountRow | null> {
  const { db, settings } = world
  const name = emailKey(email)
  const Key = keys.nameLock(Buffer.byteLength(name) > longestEmail ? '' : name)
  const { Item: lock } = await db.send(
    new GetCommand({ TableName: settings.table, Key, ConsistentRead: true }),
  )
  return await getAccount(world, String(lock?.org ?? 'none'), String(lock?.account ?? 'none'))
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

/** Every account of an organisation, oldest first; strongly consistent. */
export async function listAccountRows(world: World, org: string): Promise<AccountRow[]> {
  const rows = await listUnder<AccountRow>(world, keys.account(org, '').pk, 'USER#')
  return rows.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))
}

/** Replaces the hash of a password by a stronger one of the same password, unless the password has changed. */
export async function renewHash(
  { db, settings }: World,
  { orgId, id, passwordHash }: AccountRow,
  hash: string,
): Promise<void> {
  try {
    await db.send(
      new UpdateCommand({
        TableName: settings.table,
        Key: keys.account(orgId, id),
        UpdateExpression: 'SET passwordHash = :new ADD rev :one',
        ConditionExpression: 'passwordHash = :old',
        ExpressionAttributeValues: { ':new': hash, ':old': passwordHash, ':one': 1 },
      }),
    )
  } catch (error) {
    if (!itemFound(error)) throw error
  }
}
