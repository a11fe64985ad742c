import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { dropAccount, putAccount } from '../store/account-changes.ts'
import { type AccountRow, getAccount, listAccountRows } from '../store/accounts.ts'
import { deleteSecretRow, listSecretRows } from '../store/secrets.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { readAccountDetails } from './account-details.ts'
import { noAccount } from './account-faults.ts'
import { type AccountView, viewAccount } from './account-view.ts'
import { audited } from './audit.ts'
import { needAnotherAdmin } from './last-admin.ts'
import { hashPassword } from './passwords.ts'
import { may, need, type Principal } from './principal.ts'
import { answering } from './refusal.ts'
import type { Role } from './roles.ts'

/** A new account. */
export interface NewAccount {
  name: string
  email: string
  password: string
  /** @default user */
  role?: Role
}

/**
 * Makes an account in the caller's organisation.
 *
 * @throws {Fault} `forbidden`, `validation_failed`, `conflict` reason `email_taken`.
 */
export async function createAccount(world: World, who: Principal, content: NewAccount): Promise<AccountView> {
  need(who, 'accounts:admin')
  return await answering(world, async () => {
    const row = await newAccount(world, who.orgId, content)
    const written = await transact(world, [...putAccount(row), entry(world, who, 'account.created', row.id)])
    if (!written.ok) throw emailTaken()
    return viewAccount(row)
  })
}

/** An account that is not stored yet. @throws {Fault} `validation_failed` */
export async function newAccount(
  { ids, clock }: World,
  orgId: string,
  { role = 'user', ...content }: NewAccount,
): Promise<AccountRow> {
  const { name = '', email = '' } = readAccountDetails({ ...content, role })
  const at = instant(clock.now())
  const passwordHash = await hashPassword(content.password)
  return {
    ...{ id: ids.uuid(), orgId, name, email, role, passwordHash, epoch: 0, rev: 1 },
    createdAt: at,
    updatedAt: at,
  }
}

/** Which accounts, and which part of them. */
export interface AccountQuery {
  role?: Role
  limit: number
  offset?: number
}

/** The organisation's accounts, oldest first. @throws {Fault} `forbidden` */
export async function listAccounts(
  world: World,
  who: Principal,
  { role, limit, offset = 0 }: AccountQuery,
): Promise<{ accounts: AccountView[]; total: number }> {
  need(who, 'accounts:admin')
  return await answering(world, async () => {
    const rows = await listAccountRows(world, who.orgId)
    const found = rows.filter((row) => role === undefined || row.role === role)
    return { accounts: found.slice(offset, offset + limit).map(viewAccount), total: found.length }
  })
}

/** One's own account, or any of the organisation's for an admin. @throws {Fault} `not_found`, `forbidden` */
export async function readAccount(world: World, who: Principal, id: string): Promise<AccountView> {
  return await answering(world, async () => viewAccount(await allowedAccount(world, who, id)))
}

/** The account, if the caller may have to do with it. @throws {Fault} `not_found`, `forbidden` */
export async function allowedAccount(world: World, who: Principal, id: string): Promise<AccountRow> {
  const row = await getAccount(world, who.orgId, id)
  if (row === null) throw noAccount()
  const own = who.sessionId !== null && who.accountId === id
  if (!own && !may(who, 'accounts:admin'))
    throw new Fault('forbidden', 'The role or the key does not allow this')
  return row
}

/**
 * Removes an account: its sessions and keys end with it, its secrets go. Flows and runs stay with the organisation.
 *
 * @throws {Fault} `forbidden`, `not_found`, `conflict` reason `last_admin`.
 */
export async function deleteAccount(world: World, who: Principal, id: string): Promise<void> {
  need(who, 'accounts:admin')
  await answering(world, async () => {
    for (;;) {
      const row = await allowedAccount(world, who, id)
      const guard = row.role === 'admin' ? [await needAnotherAdmin(world, row)] : []
      const writes = [...dropAccount(row), ...guard, entry(world, who, 'account.deleted', id)]
      if ((await transact(world, writes)).ok) break
    }
    // Nothing reads them any more: what a crash leaves here is ciphertext without an owner.
    for (const { key } of await listSecretRows(world, who.orgId, id))
      await deleteSecretRow(world, who.orgId, id, key)
  })
}

/** The refusal of an e-mail address that another account of the deployment has. */
export function emailTaken(): Fault {
  return new Fault('conflict', 'The e-mail address is taken', { reason: 'email_taken' })
}

function entry(
  world: World,
  { orgId, actor, requestId, address }: Principal,
  action: string,
  target: string,
) {
  return audited(world, orgId, { actor, action, target, requestId, address })
}
