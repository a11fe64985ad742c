import { Fault } from '../faults.ts'
import type { World } from '../world.ts'
import { limitsOf } from './organisation-limits.ts'
import type { Principal } from './principal.ts'
import { type Standing, tally, untally } from './tally.ts'

/** A request that was counted. */
export interface Counted extends Standing {
  /** Takes it back: it was not to be counted after all. */
  forget(): void
}

/** Counts a request of somebody who is known: for himself, and for his organisation (conventions.md §3). */
export async function countOfPrincipal(world: World, { orgId, actor }: Principal): Promise<Counted> {
  const { principalRequests, organisationRequests } = await limitsOf(world, orgId)
  return await count(world, [
    { scope: `ORG#${orgId}#BY#${actor}`, limit: principalRequests },
    { scope: `ORG#${orgId}#ALL`, limit: organisationRequests },
  ])
}

/** Counts a request of nobody in particular by the address that it came from. */
export async function countOfAddress(world: World, address: string): Promise<Counted> {
  return await count(world, [{ scope: `FROM#${address}`, limit: world.settings.rates.address }])
}

/** Where the caller stands is told of what runs out first. */
async function count(world: World, by: { scope: string; limit: number }[]): Promise<Counted> {
  const standings = await Promise.all(by.map(({ scope, limit }) => tally(world, scope, limit)))
  const nearest = standings.reduce((a, b) => (b.remaining < a.remaining ? b : a))
  return {
    ...nearest,
    forget: () => {
      for (const { scope } of by) untally(world, scope)
    },
  }
}

/** @throws {Fault} `rate_limited` for more requests than the minute has. */
export function checkRate({ limit, remaining, resetSeconds }: Standing): void {
  if (remaining >= 0) return
  throw new Fault('rate_limited', `At most ${limit} requests a minute`, {
    limit,
    retryAfterSeconds: resetSeconds,
  })
}
