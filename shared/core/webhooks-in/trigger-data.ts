import type { Json, JsonObject } from '../../world.ts'
import type { Verify } from './trigger.ts'

/** Headers that tell what a delivery is about, whoever sends it. */
const plain = ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp']
/** How providers name the headers that tell of the event. */
const eventHeader =
  /^(x-[a-z0-9-]*(event|topic|action|delivery|hook-id|webhook-id|retry)[a-z0-9-]*|ce-[a-z]+)$/
const secretHeader = /signature|token|secret|key|auth|cookie|hmac|password|session|credential/
const longestHeader = 1000

/** What `trigger.data` tells of a delivery: never `Authorization`, cookies or signatures (faces/dashboard.md §10). */
export function triggerData(
  verify: Verify | undefined,
  of: { headers: Record<string, string>; query: JsonObject; body: Json; deliveryId: string | null },
): JsonObject {
  const { headers, query, body, deliveryId } = of
  return { headers: tellingHeaders(headers, verify), query, body, deliveryId }
}

function tellingHeaders(headers: Record<string, string>, verify: Verify | undefined): JsonObject {
  const shown = verify !== undefined && 'header' in verify ? verify.header.toLowerCase() : undefined
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => plain.includes(name) || (eventHeader.test(name) && !secretHeader.test(name)))
      .filter(([name]) => name !== shown)
      .map(([name, value]) => [name, value.slice(0, longestHeader)]),
  )
}
