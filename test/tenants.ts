import { createApiKey } from '../shared/core/api-keys.ts'
import { authenticate } from '../shared/core/authenticate.ts'
import { createOrganisation } from '../shared/core/organisations.ts'
import type { Role, Scope } from '../shared/core/roles.ts'
import { roles } from '../shared/core/roles.ts'
import { openSession } from '../shared/core/sign-in.ts'
import { putAccount } from '../shared/store/account-changes.ts'
import type { AccountRow } from '../shared/store/accounts.ts'
import { transact } from '../shared/store/transact.ts'
import type { World } from '../shared/world.ts'

/** An organisation with somebody of every role, signed in. */
export interface Tenant {
  orgId: string
  /** Access tokens by role. */
  token: Record<Role, string>
  account: Record<Role, AccountRow>
  /** A key that the holder of a role has made. */
  key(role: Role, scopes: Scope[]): Promise<string>
}

export const password = 'correct horse battery'

/** Makes an organisation and an account of every role. */
export async function makeTenant(world: World, name: string): Promise<Tenant> {
  const { account: admin } = await createOrganisation(world, {
    name,
    email: `admin@${name}.example`,
    password,
  })
  const account = { admin } as Tenant['account']
  for (const role of roles) account[role] ??= await addAccount(world, admin, role, name)
  const token = {} as Tenant['token']
  for (const role of roles) token[role] = await tokenFor(world, account[role])
  return {
    orgId: admin.orgId,
    token,
    account,
    async key(role, scopes) {
      const principal = await authenticate(world, `Bearer ${token[role]}`)
      return (await createApiKey(world, principal, { name: 'A key', scopes })).key
    },
  }
}

/** The same password costs one hash. */
async function addAccount(world: World, like: AccountRow, role: Role, name: string): Promise<AccountRow> {
  const row = { ...like, id: world.ids.uuid(), email: `${role}@${name}.example`, role }
  await transact(world, putAccount(row))
  return row
}

/** Signed in without the work of comparing a password, which would be most of the time that many tests take. */
export async function tokenFor(world: World, account: AccountRow): Promise<string> {
  return (await openSession(world, account, '203.0.113.7')).token
}
