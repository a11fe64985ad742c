import { getOrganisation, type OrganisationRow } from '../store/organisations.ts'
import type { World } from '../world.ts'

/** How much an organisation may have; what it has not set is the deployment's. */
export interface OrganisationLimits {
  /** Requests a minute of one account, key or outside identity. */
  principalRequests: number
  /** Requests a minute of all of them. */
  organisationRequests: number
  /** Runs that are open at once. */
  openRuns: number
  /** How long a run is kept after its end, unless its flow says so. */
  retentionDays: number
}

/** Settings bite within half a minute: so long an instance does without reading them again. */
const freshMs = 30_000
const mostKept = 1_000
const kept = new WeakMap<World['db'], Map<string, { limits: OrganisationLimits; readAt: number }>>()

/** What the organisation may have, as it was at most half a minute ago. */
export async function limitsOf(world: World, orgId: string): Promise<OrganisationLimits> {
  const known = kept.get(world.db) ?? new Map()
  kept.set(world.db, known)
  const found = known.get(orgId)
  const now = world.clock.now()
  if (found && Math.abs(now - found.readAt) < freshMs) return found.limits
  const limits = limitsIn(world, await getOrganisation(world, orgId))
  if (known.size >= mostKept) known.clear()
  known.set(orgId, { limits, readAt: now })
  return limits
}

/** What an organisation has set, over what the deployment has. */
export function limitsIn({ settings: { rates } }: World, row: OrganisationRow | null): OrganisationLimits {
  return {
    principalRequests: row?.limits?.principalRequestsPerMinute ?? rates.principal,
    organisationRequests: row?.limits?.organisationRequestsPerMinute ?? rates.organisation,
    openRuns: row?.limits?.openRuns ?? 10_000,
    retentionDays: row?.retentionDays ?? 90,
  }
}
