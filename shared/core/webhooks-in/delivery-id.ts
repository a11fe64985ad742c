import { createHash } from 'node:crypto'
import { canonicalJson } from '../../asl/canonical.ts'
import { isObject } from '../../definitions/reading.ts'
import { Fault } from '../../faults.ts'
import { digest } from '../../store/table.ts'
import type { Json, JsonObject } from '../../world.ts'
import { type IdempotencyKey, nameRequest } from '../requests.ts'
import type { Sender } from './sender.ts'
import type { Verify, WebhookTrigger } from './trigger.ts'

interface Sent {
  headers: Readonly<Record<string, string>>
  body: { bytes: Uint8Array }
}

/**
 * What tells a delivery from every other of its webhook (faces/dashboard.md §10); null if the sender says nothing of it.
 *
 * @throws {Fault} `invalid_request` for an id that is none.
 */
export function deliveryIdOf(verify: Verify | undefined, { headers, body }: Sent, said: Json): string | null {
  const key = headers['idempotency-key']
  if (verify === undefined) return key === undefined ? null : checked(unquoted(key), 'Idempotency-Key')
  switch (verify.kind) {
    case 'standard':
      return checked(headers['webhook-id'] ?? '', 'webhook-id')
    case 'github':
      return checked(headers['x-github-delivery'] ?? sha256(body.bytes), 'X-GitHub-Delivery')
    case 'stripe':
      return checked(memberOf(said, 'id') ?? sha256(body.bytes), '/id')
    case 'slack':
      return checked(memberOf(said, 'event_id') ?? headers['x-slack-signature'] ?? '', '/event_id')
    default:
      return key === undefined ? sha256(body.bytes) : checked(unquoted(key), 'Idempotency-Key')
  }
}

/**
 * The delivery as a request that may be repeated. A provider's id names its delivery whatever else is sent; a caller with a
 * credential of this service is told if he uses a key for something else (conventions.md §4).
 */
export function requestOf(
  { path, flowId, webhookId, query }: { path: string; flowId: string; webhookId: string; query: JsonObject },
  of: { trigger: WebhookTrigger; sender: Sender; deliveryId: string | null; body: Json },
): IdempotencyKey | null {
  const { trigger, sender, deliveryId, body } = of
  if (deliveryId === null) return null
  if (trigger.verify === undefined)
    return nameRequest({ who: sender.starter.actor, method: 'POST', path, key: deliveryId }, { body, query })
  const id = digest(canonicalJson(['webhook', flowId, webhookId, deliveryId]))
  return { id, bodyHash: digest(deliveryId) }
}

/** The quotes of a structured field are not part of it. */
function unquoted(text: string): string {
  return /^"([^"\\]*)"$/.exec(text)?.[1] ?? text
}

function checked(id: string, place: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(id)) return id
  throw new Fault('invalid_request', 'The id of a delivery must be 1 to 255 visible ASCII characters', {
    issues: [{ path: place, code: 'invalid_id', message: 'give 1 to 255 visible ASCII characters' }],
  })
}

function memberOf(said: Json, name: string): string | null {
  const value = isObject(said) ? said[name] : undefined
  return typeof value === 'string' && value !== '' ? value : null
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
