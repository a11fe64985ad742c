import { getKeyAndAccount } from '../store/api-keys.ts'
import type { ConnectionRow } from '../store/connections.ts'
import { trustsIssuer } from '../store/organisations.ts'
import { getSessionAndAccount } from '../store/sessions.ts'
import type { World } from '../world.ts'
import { keyCounts } from './key-counts.ts'
import { isOpen } from './token-family.ts'

/** Who came with a credential, and until when it goes. */
export type Bearer = Pick<ConnectionRow, 'orgId' | 'accountId' | 'credential' | 'until'>

/** Whether the credential that somebody came with still counts; what says so is read strongly. */
export async function credentialStands(world: World, bearer: Bearer): Promise<boolean> {
  const { orgId, accountId, credential } = bearer
  const now = world.clock.now()
  if (hasRunOut(bearer, now)) return false
  if (credential.kind === 'SESS') {
    const { session, account } = await getSessionAndAccount(world, orgId, credential.id, accountId)
    return session !== null && account !== null && isOpen(session, account, now)
  }
  // What the issuer has made of its token since cannot be known: it lives an hour at most.
  if (credential.kind === 'OIDC') return await trustsIssuer(world, orgId, credential.id)
  const pointer = { org: orgId, id: credential.id, account: accountId }
  const { key, account } = await getKeyAndAccount(world, pointer)
  return key !== null && account !== null && account.disabled !== true && keyCounts(key, now)
}

/** True once the token or key has reached its end. */
export function hasRunOut({ until }: Pick<Bearer, 'until'>, now: number): boolean {
  return until !== null && until <= now
}
