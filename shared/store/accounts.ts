import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import { listUnder } from './pages.ts'
import { keys } from './table.ts'

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
