import { createHash, timingSafeEqual } from 'node:crypto'
import type { Settings } from '../shared/world.ts'

/** What CloudFront adds to requests (infra/front): nobody's business behind the doors. */
export const originHeader = 'sluice-origin'
export const addressHeader = 'sluice-viewer-address'

/**
 * Whether a request has come by CloudFront: `proven` by the secret that it adds, `past` a firewall that nobody may go past,
 * or `unknown`, which is allowed where there is none.
 *
 * @param headers names in lower case.
 */
export function wayOf(
  headers: Record<string, string | undefined>,
  { origin }: Pick<Settings, 'origin'>,
): 'proven' | 'past' | 'unknown' {
  if (origin === undefined) return 'unknown'
  if (isSame(headers[originHeader] ?? '', origin.secret)) return 'proven'
  return origin.required ? 'past' : 'unknown'
}

/** Compared by digests, in equal time. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}
