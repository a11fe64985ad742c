import { instant } from '../aws/clock.ts'
import type { PasskeyTools } from '../steps/user-tools.ts'
import { findPasskey, listPasskeys, putPasskey, usePasskey } from '../store/passkeys.ts'
import type { World } from '../world.ts'

/** The passkeys of an organisation; `known` are those of the user, if one is named. */
export async function passkeysOf(world: World, orgId: string, userId: string | null): Promise<PasskeyTools> {
  const at = () => instant(world.clock.now())
  return {
    known: userId === null ? [] : await listPasskeys(world, orgId, userId),
    find: (credentialId) => findPasskey(world, orgId, credentialId),
    keep: (passkey) => putPasskey(world, { ...passkey, orgId, createdAt: at() }),
    count: (passkey, counter) => usePasskey(world, { ...passkey, orgId }, { counter, at: at() }),
  }
}
