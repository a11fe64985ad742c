import { instant } from '../aws/clock.ts'
import { Fault, isFault } from '../faults.ts'
import { changeAccountRow } from '../store/account-changes.ts'
import type { AccountRow } from '../store/accounts.ts'
import { transact } from '../store/transact.ts'
import type { World } from '../world.ts'
import { type AccountDetails, readAccountDetails } from './account-details.ts'
import { type AccountView, viewAccount } from './account-view.ts'
import { allowedAccount, emailTaken } from './accounts.ts'
import { audited } from './audit.ts'
import { needAnotherAdmin } from './last-admin.ts'
import { hashPassword } from './passwords.ts'
import { need, type Principal } from './principal.ts'
import { answering } from './refusal.ts'
import { provePassword } from './sign-in.ts'

/** What may change of an account; what is absent stays. */
export interface AccountChange extends AccountDetails {
  /** Needed for a new password of one's own account. */
  currentPassword?: string
}

/**
 * Changes an account: one's own, or any of the organisation's for an admin, who alone sets roles. A new password or role
 * ends all sessions of the account.
 *
 * @throws {Fault} `not_found`, `forbidden`, `validation_failed`, `invalid_request` without `currentPassword`,
 *   `rate_limited`, `conflict` reason `email_taken` or `last_admin`.
 */
export async function changeAccount(
  world: World,
  who: Principal,
  id: string,
  { currentPassword, ...change }: AccountChange,
): Promise<AccountView> {
  return await answering(world, async () => {
    const seen = await allowedAccount(world, who, id)
    if (change.role !== undefined && change.role !== seen.role) need(who, 'accounts:admin')
    const { password, ...details } = readAccountDetails(change)
    const passwordHash = password === undefined ? undefined : await hashPassword(password)
    const own = password !== undefined && who.accountId === id
    let proven: string | undefined
    for (let before = seen; ; before = await allowedAccount(world, who, id)) {
      // What somebody else has set meanwhile is to be proven anew: else the old password would undo a reset.
      if (own && proven !== before.passwordHash) await proveOwn(world, who, before, currentPassword)
      proven = before.passwordHash
      const after = changed(world, before, { ...details, ...(passwordHash ? { passwordHash } : {}) })
      if (after === before || (await write(world, who, before, after))) return viewAccount(after)
    }
  })
}

/** Whoever holds a session of a person does not know his password yet. */
async function proveOwn(
  world: World,
  { address = '' }: Principal,
  account: AccountRow,
  password: string | undefined,
): Promise<void> {
  const path = '/currentPassword'
  if (password === undefined)
    throw new Fault('invalid_request', 'The current password is needed', {
      issues: [{ path, code: 'required', message: 'the current password is required' }],
    })
  try {
    await provePassword(world, { account, username: account.email, password, address })
  } catch (error) {
    if (!isFault(error, 'unauthorized')) throw error
    throw new Fault('validation_failed', 'The current password is wrong', {
      issues: [{ path, code: 'wrong', message: 'the current password is wrong' }],
    })
  }
}

function changed({ clock }: World, before: AccountRow, change: Partial<AccountRow>): AccountRow {
  const after = { ...before, ...change }
  const ends = after.role !== before.role || after.passwordHash !== before.passwordHash
  if (!ends && after.name === before.name && after.email === before.email) return before
  return { ...after, epoch: before.epoch + (ends ? 1 : 0), updatedAt: instant(clock.now()) }
}

/** @returns false if somebody else has changed the account since. */
async function write(
  world: World,
  { orgId, actor, requestId, address }: Principal,
  before: AccountRow,
  after: AccountRow,
): Promise<boolean> {
  const demoted = before.role === 'admin' && after.role !== 'admin'
  const entry = { actor, action: 'account.changed', target: before.id, requestId, address }
  const change = changeAccountRow(before, after)
  const guard = demoted ? [await needAnotherAdmin(world, before)] : []
  const written = await transact(world, [...change, ...guard, audited(world, orgId, entry)])
  if (written.ok) return true
  // The second write is the lock on a new e-mail.
  if (before.email !== after.email && written.found[1] !== undefined) throw emailTaken()
  return false
}
