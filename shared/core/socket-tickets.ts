import { instant } from '../aws/clock.ts'
import { isDeleted } from '../store/executions.ts'
import { getRun } from '../store/runs.ts'
import { putTicket } from '../store/socket-tickets.ts'
import { digest } from '../store/table.ts'
import type { World } from '../world.ts'
import type { Principal } from './principal.ts'
import { answering, noRun } from './refusal.ts'
import { bearerOf, ticketPrefix } from './socket-principal.ts'

const lifeMs = 60_000
/** TTL deletes late, never early. */
const graceSeconds = 3600

/**
 * Makes a ticket for browsers that must not hold a token: it opens one WebSocket to one run, within 60 s, and only as long
 * as what it was asked for with still counts. Only its sha256 is kept.
 *
 * @throws {Fault} `not_found`.
 */
export async function makeTicket(
  world: World,
  principal: Principal,
  runId: string,
): Promise<{ ticket: string; expiresAt: string }> {
  return await answering(world, async () => {
    const run = await getRun(world, principal.orgId, runId)
    if (!run || isDeleted(run)) throw noRun()
    const ticket = `${ticketPrefix}${world.ids.secret(32)}`
    const expiresAt = world.clock.now() + lifeMs
    const ttl = Math.floor(expiresAt / 1000) + graceSeconds
    await putTicket(world, digest(ticket), { ...bearerOf(principal), runId, expiresAt, ttl })
    return { ticket, expiresAt: instant(expiresAt) }
  })
}
