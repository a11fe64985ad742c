import { sealedFields } from '../../definitions/inputs.ts'
import { isObject } from '../../definitions/reading.ts'
import { Fault, isFault } from '../../faults.ts'
import { findWebhook, type WebhookPlace } from '../../store/webhook-triggers.ts'
import type { Json, JsonObject, World } from '../../world.ts'
import { limitRate } from '../rate-limit.ts'
import { answering } from '../refusal.ts'
import type { RunView } from '../run-view.ts'
import type { StartOrder } from '../start.ts'
import { startRun } from '../start-run.ts'
import { type ResolvedVersion, resolveVersion } from '../versions.ts'
import { deliveryIdOf, requestOf } from './delivery-id.ts'
import { hideValues, maskSecret } from './hide-values.ts'
import { mapInputs } from './map-inputs.ts'
import { type Sender, senderOf } from './sender.ts'
import { type WebhookTrigger, webhooksOf } from './trigger.ts'
import { triggerData } from './trigger-data.ts'

/** A delivery as it came. */
export interface Received {
  flowId: string
  webhookId: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  query: JsonObject
  body: { bytes: Uint8Array; read(): Json }
  /** The caller's, as the gateway knows it. */
  address: string
  path: string
  traceparent: string
  /** How long the sender waits where the trigger answers with the run. */
  waitSeconds: number
}

/** What came of a delivery: a run, or the answer to a provider that asks whether the address is alive. */
export type Outcome = { challenge: string } | { run: RunView; replayed: boolean; sync: boolean }

/** Deliveries that one address takes in a minute. */
const mostOfWebhook = 300

/**
 * Takes a delivery: proves its sender by the bytes as they came, only then reads them, and starts a run of the latest version
 * (faces/dashboard.md §10). The run is stored before this returns; the same delivery within 24 hours finds it.
 *
 * @throws {Fault} `not_found` for an address that no latest version has; `unauthorized`, `forbidden`; `rate_limited`;
 *   `invalid_request`, `validation_failed` for what the body says; and what a start refuses with.
 */
export async function receiveWebhook(world: World, received: Received): Promise<Outcome> {
  const { place, version, trigger, sender } = await answering(world, () => admitted(world, received))
  const read = received.body.read()
  const body = maskSecret(read, sender.secret)
  const challenge = challengeIn(trigger, body)
  if (challenge !== null) return { challenge }
  const deliveryId = deliveryIdOf(trigger.verify, received, read)
  const data = triggerData(trigger.verify, { ...received, body, deliveryId })
  const inputs = trigger.inputs ? mapInputs(trigger.inputs, data) : objectOf(body)
  const sealed = sealedFields(version.graph.inputs).flatMap((name) => inputs[name] ?? [])
  const sync = trigger.respond === 'sync'
  const idempotency = requestOf(received, { trigger, sender, deliveryId, body: read })
  const order: StartOrder = {
    flowId: place.flowId,
    // The very version that has told how the sender is proven.
    ...(version.version === null ? {} : { version: version.version }),
    inputs,
    trigger: { type: 'webhook', data: hideValues(data, sealed) },
    requireTrigger: 'webhook',
    waitSeconds: sync ? received.waitSeconds : 0,
    traceparent: received.traceparent,
    ...(idempotency ? { idempotency } : {}),
  }
  const { run, replayed } = await startRun(world, sender.starter, order).catch(unlessGone)
  return { run, replayed, sync }
}

interface Admitted {
  place: WebhookPlace
  version: ResolvedVersion
  trigger: WebhookTrigger
  sender: Sender
}

/** Whose address it is, and who sends. */
async function admitted(world: World, received: Received): Promise<Admitted> {
  const { flowId, webhookId } = received
  const place = await findWebhook(world, received)
  if (place === null) throw noWebhook()
  const version = await resolveVersion(world, place.orgId, flowId, 'latest').catch(unlessGone)
  const trigger = webhooksOf(version.graph).find(({ id }) => id === webhookId)
  if (trigger === undefined) throw noWebhook()
  const sender = await senderOf(world, { place, trigger, flow: version.flow }, received)
  await limitRate(world, `hook#${flowId}#${webhookId}`, mostOfWebhook)
  return { place, version, trigger, sender }
}

/** What is not there any more is not there: a sender learns nothing of versions. */
function unlessGone(error: unknown): never {
  const gone = isFault(error, 'version_not_published') || isFault(error, 'not_found')
  if (gone || (isFault(error, 'conflict') && error.details.reason === 'trigger_not_enabled'))
    throw noWebhook()
  throw error
}

/** The refusal of an address that nobody has. */
export function noWebhook(): Fault {
  return new Fault('not_found', 'There is no such webhook')
}

/** Slack asks once whether the address is its owner's. */
function challengeIn({ verify }: WebhookTrigger, body: Json): string | null {
  if (verify?.kind !== 'slack' || !isObject(body) || body.type !== 'url_verification') return null
  return typeof body.challenge === 'string' ? body.challenge : null
}

/** Without a mapping the body is the inputs. */
function objectOf(body: Json): JsonObject {
  if (body === null) return {}
  if (isObject(body)) return body
  const message = 'without inputs in the trigger the body must be an object'
  throw new Fault('validation_failed', 'The body is no object', {
    issues: [{ path: '', code: 'invalid_type', message }],
  })
}
