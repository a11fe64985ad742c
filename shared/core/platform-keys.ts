import { signingSecret } from '../aws/platform-secrets.ts'
import type { World } from '../world.ts'

/** The signing secret, for rooms that may not speak to AWS themselves. */
export function signingKey(world: World): Promise<Uint8Array> {
  return signingSecret(world)
}
