import { digest } from '../store/table.ts'
import type { World } from '../world.ts'
import type { Uploader } from './files.ts'
import { limitRate } from './rate-limit.ts'
import { answering } from './refusal.ts'
import { openShare } from './shared-runs.ts'

/** Files a minute: of one address and token, and of one token. */
const mostOfAddress = 20
const mostOfToken = 300

/**
 * Who uploads by a share's token: what he uploads can be used only in an execution through the same share.
 *
 * @param address the caller's, as the gateway knows it.
 * @throws {Fault} `not_found`, the same for every cause; `rate_limited`.
 */
export async function uploaderBy(world: World, token: string, address: string): Promise<Uploader> {
  return await answering(world, async () => {
    const { share } = await openShare(world, token)
    await limitRate(world, `share-file#${share.id}#${digest(address)}`, mostOfAddress)
    await limitRate(world, `share-file#${share.id}`, mostOfToken)
    return { orgId: share.orgId, actor: `share:${share.id}`, shareId: share.id }
  })
}
