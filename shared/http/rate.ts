import { type Counted, checkRate, countOfAddress, countOfPrincipal } from '../core/request-rates.ts'
import type { Standing } from '../core/tally.ts'
import type { Under } from './exchange.ts'
import { isSigned } from './rights.ts'
import type { Call, Route } from './route.ts'

/**
 * Counts the request before anything is done for it, and notes where the caller stands for the answer's headers.
 *
 * @throws {Fault} `rate_limited`
 */
export async function countRequest(
  under: Under,
  route: Route,
  principal: Call<never, never, never>['principal'],
): Promise<Counted> {
  const { world, request } = under
  const counted = isSigned(route)
    ? await countOfPrincipal(world, principal)
    : await countOfAddress(world, request.address)
  under.standing = counted
  checkRate(counted)
  return counted
}

/** Where the caller stands, in the names of today and in the older ones (conventions.md §3). */
export function rateHeaders(standing: Standing | undefined): Record<string, string> {
  if (standing === undefined) return {}
  const values = {
    limit: String(standing.limit),
    remaining: String(Math.max(0, standing.remaining)),
    reset: String(standing.resetSeconds),
  }
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => [
      [`ratelimit-${name}`, value],
      [`x-ratelimit-${name}`, value],
    ]),
  )
}
