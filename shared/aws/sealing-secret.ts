import type { World } from '../world.ts'
import { platformSecret } from './platform-secrets.ts'

/** The secret that keys for sealed inputs are derived from; apart, since most functions have no business with it. */
export function sealingSecret(world: World): Promise<Uint8Array> {
  return platformSecret(world, world.settings.sealingSecretId)
}
