import { instant } from '../../aws/clock.ts'
import { transact } from '../../store/transact.ts'
import {
  type AttemptRow,
  claimDelivery,
  type DeliveryRow,
  recordTry,
} from '../../store/webhook-deliveries.ts'
import { disableEndpoint, type EndpointRow, noteHealth } from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'
import { audited } from '../audit.ts'
import { delayAfter, mostTries } from './next-try.ts'
import { send } from './send.ts'

/** Longer than a try may take: whoever holds a delivery for longer has died. */
const leaseMs = 60_000
const gone = 410

/**
 * Tries a delivery once and records what came of it: delivered, to be tried later, or given up. What answers 410, or fails at
 * every try, is disabled.
 *
 * @param endpoint where it goes; null if there is none any more.
 * @returns the delivery as it stands; null if somebody else is at it.
 */
export async function tryDelivery(
  world: World,
  delivery: DeliveryRow,
  endpoint: EndpointRow | null,
): Promise<DeliveryRow | null> {
  const taken = await claimDelivery(world, delivery, world.clock.now() + leaseMs)
  if (taken === null) return null
  if (endpoint === null || endpoint.disabled)
    return await recordTry(world, taken, { status: 'failed', nextAt: null })
  const attempt = await send(world, endpoint, taken)
  if (isTaken(attempt)) {
    const after = await recordTry(world, taken, { status: 'delivered', attempt, nextAt: null })
    if (endpoint.failingSince !== null) await noteHealth(world, endpoint, null)
    return after
  }
  const delay = attempt.status === gone ? null : delayAfter(taken.attempts.length + 1, taken.id)
  const after = await recordTry(world, taken, {
    status: delay === null ? 'failed' : 'pending',
    attempt,
    nextAt: delay === null ? null : world.clock.now() + delay,
  })
  if (endpoint.failingSince === null) await noteHealth(world, endpoint, attempt.at)
  world.metrics.count('WebhooksFailed')
  if (delay === null) await disable(world, endpoint, reasonOf(attempt))
  return after
}

/** A redirect is a failure: what is told is for this address alone. */
function isTaken({ status }: AttemptRow): boolean {
  return status !== null && status >= 200 && status < 300
}

function reasonOf({ status, error }: AttemptRow): string {
  if (status === gone) return 'The endpoint answered 410 Gone'
  const last = status === null ? error : `status ${status}`
  return `${mostTries} tries of a delivery failed, the last with ${last}`
}

/** Once, with its entry in the audit trail. */
async function disable(world: World, endpoint: EndpointRow, reason: string): Promise<void> {
  const { orgId, id } = endpoint
  const at = instant(world.clock.now())
  const entry = { actor: 'system', action: 'webhook.disabled', target: id, details: { reason } }
  await transact(world, [disableEndpoint(endpoint, reason, at), audited(world, orgId, entry)])
}
