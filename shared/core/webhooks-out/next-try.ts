import { createHash } from 'node:crypto'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
/** How long after the try before the next one comes (conventions.md §9); the first comes at once. */
const delaysMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
]
/** Tries of a delivery, the first included. */
export const mostTries = delaysMs.length + 1
/** Deliveries that failed together are not tried again together. */
const spread = 0.1

/**
 * How long to wait for the next try, in milliseconds, ±10 %; null if there is none.
 *
 * @param tried how many tries have failed.
 */
export function delayAfter(tried: number, deliveryId: string): number | null {
  const delay = delaysMs[tried - 1]
  if (delay === undefined) return null
  const fraction = createHash('sha256').update(`${deliveryId} ${tried}`).digest().readUInt32BE(0) / 2 ** 32
  return Math.round(delay * (1 + spread * (2 * fraction - 1)))
}
