import type { AccountRow } from '../store/accounts.ts'
import { type ConnectionRow, listConnectionsBy } from '../store/connections.ts'
import type { World } from '../world.ts'
import { closeConnections } from './close-connections.ts'
import { credentialStands } from './credential-stands.ts'

/** What a session's or key's row says of its end. */
interface Revocable {
  id: string
  accountId: string
  revokedAt?: string
}

/** A changed row of an account, session or key. */
export type CredentialChange =
  | { of: 'SESS' | 'KEY'; before: Revocable | null; after: Revocable | null }
  | { of: 'USER'; before: AccountRow | null; after: AccountRow | null }

/**
 * Closes the sockets of a session, key or account that has ended (conventions.md §1): whoever comes later is refused at his
 * handshake, or found when his row comes.
 */
export async function closeEnded(world: World, orgId: string, change: CredentialChange): Promise<void> {
  const ended = whoEnded(change)
  if (ended === null) return
  const open = await listConnectionsBy(world, orgId, ended.accountId, ended.credential)
  const stand = await Promise.all(open.map((connection) => credentialStands(world, connection)))
  await closeConnections(
    world,
    open.filter((_, at) => !stand[at]),
    'session_ended',
  )
}

function whoEnded(change: CredentialChange): {
  accountId: string
  credential?: ConnectionRow['credential']
} | null {
  const { before, after } = change
  if (before === null) return null
  if (change.of === 'USER') {
    const account = change.after
    const same = account !== null && account.epoch === change.before?.epoch && account.disabled !== true
    return same ? null : { accountId: before.id }
  }
  const { id, accountId, revokedAt } = change.before as Revocable
  if (revokedAt !== undefined) return null
  if (after !== null && (after as Revocable).revokedAt === undefined) return null
  return { accountId, credential: { kind: change.of, id } }
}
