import { getAccount } from '../store/accounts.ts'
import type { World } from '../world.ts'
import { noAccount } from './account-faults.ts'

/**
 * Whether the organisation has the account; its own id stands for what all accounts share, `me` for the caller.
 *
 * @throws {Fault} `not_found`
 */
export async function findAccountNamed(world: World, orgId: string, named: string): Promise<void> {
  if (named === 'me' || named === orgId) return
  if ((await getAccount(world, orgId, named)) === null) throw noAccount()
}
