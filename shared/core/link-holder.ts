import type { LinkRow } from '../store/links.ts'
import type { Principal } from './principal.ts'

/** Who holds a link: whom it was made for, and nobody besides; approvers are looked for under that name. */
export function linkHolder({ id, orgId, accountId, voter, for: named }: LinkRow): Principal {
  return {
    orgId,
    actor: `link:${id}`,
    accountId,
    email: named,
    voter,
    role: 'viewer',
    scopes: [],
    sessionId: null,
  }
}
