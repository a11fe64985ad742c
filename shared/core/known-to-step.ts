import { createHmac, hkdfSync } from 'node:crypto'
import { sealingSecret } from '../aws/sealing-secret.ts'
import type { Known, WaitStep } from '../steps/define.ts'
import type { World } from '../world.ts'
import { returnUrlsOf } from './return-urls.ts'

/** What a waiting step is told of its wait, as far as it asks for it. */
export async function knownTo(
  world: World,
  { needs = [] }: Pick<WaitStep, 'needs'>,
  wait: { id: string; orgId: string },
): Promise<Known> {
  return {
    ...(needs.includes('state') ? { state: await stateOf(world, wait.id) } : {}),
    ...(needs.includes('returnUrls') ? { returnUrls: await returnUrlsOf(world, wait.orgId) } : {}),
  }
}

/** What must come back from another site to this wait, and to no other (faces/journeys.md §6). */
export async function stateOf(world: World, waitId: string): Promise<string> {
  const key = hkdfSync('sha256', await sealingSecret(world), '', 'sluice redirect state', 32)
  return createHmac('sha256', Buffer.from(key)).update(waitId).digest('base64url')
}
