import { instant } from '../../aws/clock.ts'
import { StepError } from '../../step-error.ts'
import type { AttemptRow, DeliveryRow } from '../../store/webhook-deliveries.ts'
import type { EndpointRow } from '../../store/webhook-endpoints.ts'
import type { World } from '../../world.ts'
import { signingSecrets } from './endpoint-secret.ts'

/** How long an endpoint may take. */
const patienceMs = 15_000

/**
 * Sends a delivery once, signed as Standard Webhooks 1.0.0 says, with every secret that counts now. The id is the event's: the
 * same over tries and replays, so that the other side can tell.
 *
 * @returns what came of it; a failure of the other side is no error.
 */
export async function send(world: World, endpoint: EndpointRow, delivery: DeliveryRow): Promise<AttemptRow> {
  const now = world.clock.now()
  const at = instant(now)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Sluice-Webhooks/1',
    ...(await signed(world, endpoint, delivery, now)),
  }
  try {
    const call = { method: 'POST', url: endpoint.url, headers, body: delivery.body, timeoutMs: patienceMs }
    const { status, durationMs: ms } = await world.outbound({ ...call, followsRedirects: false })
    return { at, status, ms }
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    const { code, message } = error
    return { at, status: null, ms: world.clock.now() - now, error: `${code}: ${message}` }
  }
}

/** Reads the signer from disk when it is needed. */
async function signed(
  world: World,
  endpoint: EndpointRow,
  { eventId, body }: DeliveryRow,
  now: number,
): Promise<Record<string, string>> {
  const [{ Webhook }, secrets] = await Promise.all([
    import('standardwebhooks'),
    signingSecrets(world, endpoint),
  ])
  const signatures = secrets.map((secret) => new Webhook(secret).sign(eventId, new Date(now), body))
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': signatures.join(' '),
  }
}
