import { instant } from '../aws/clock.ts'
import { Fault } from '../faults.ts'
import { revokeSession, type SessionRow } from '../store/sessions.ts'
import type { World } from '../world.ts'
import { audit } from './audit.ts'

/** The one refusal of everything that is no valid credential. */
export function unauthorized(): Fault {
  return new Fault('unauthorized', 'A valid credential is needed')
}

/** A token that was replaced is used again: somebody else may have it. */
export async function endReused(world: World, { orgId, id, accountId }: SessionRow): Promise<void> {
  if (await revokeSession(world, orgId, id, instant(world.clock.now())))
    await audit(world, orgId, { actor: `user:${accountId}`, action: 'session.reuse_detected', target: id })
}
