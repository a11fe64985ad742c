import { createHmac, hkdfSync } from 'node:crypto'
import { instant } from '../aws/clock.ts'
import { sealingSecret } from '../aws/sealing-secret.ts'
import type { Challenge, Known, WaitStep } from '../steps/define.ts'
import type { World } from '../world.ts'
import { returnUrlsOf } from './return-urls.ts'

/** What a waiting step is told of its wait, as far as it asks for it. */
export async function knownTo(
  world: World,
  { needs = [] }: Pick<WaitStep, 'needs'>,
  wait: { id: string; orgId: string; userId?: string | null },
): Promise<Known> {
  return {
    ...(needs.includes('state') ? { state: await stateOf(world, wait.id) } : {}),
    ...(needs.includes('returnUrls') ? { returnUrls: await returnUrlsOf(world, wait.orgId) } : {}),
    ...(needs.includes('challenge') ? { challenge: newChallenge(world) } : {}),
    ...(needs.includes('passkeys') ? { passkeys: await passkeysFor(world, wait) } : {}),
  }
}

/** What must come back signed by a passkey. */
export function newChallenge({ ids, clock }: World): Challenge {
  return { text: ids.secret(32), at: instant(clock.now()) }
}

/** Few flows ask for passkeys: only they read from disk what knows them. */
async function passkeysFor(
  world: World,
  { orgId, userId = null }: { orgId: string; userId?: string | null },
) {
  return (await import('./passkeys.ts')).passkeysOf(world, orgId, userId)
}

/** What must come back from another site to this wait, and to no other (faces/journeys.md §6). */
export async function stateOf(world: World, waitId: string): Promise<string> {
  const key = hkdfSync('sha256', await sealingSecret(world), '', 'sluice redirect state', 32)
  return createHmac('sha256', Buffer.from(key)).update(waitId).digest('base64url')
}
