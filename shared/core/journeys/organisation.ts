import {
  findDefaultOrganisation,
  findOrganisationBySlug,
  getOrganisation,
} from '../../store/organisations.ts'
import type { World } from '../../world.ts'

/** Names change their meaning seldom, and start something only by chance: so long an instance keeps them. */
const freshMs = 60_000
const mostKept = 1_000
const kept = new WeakMap<World['db'], Map<string, { orgId: string; readAt: number }>>()

/**
 * The organisation that a path means: by id or slug; a path that names none means the deployment's default one. null if
 * there is no such organisation.
 */
export async function organisationOf(world: World, named: string | null): Promise<string | null> {
  const known = kept.get(world.db) ?? new Map()
  kept.set(world.db, known)
  const key = named ?? ''
  const found = known.get(key)
  const now = world.clock.now()
  if (found && Math.abs(now - found.readAt) < freshMs) return found.orgId
  const orgId = await find(world, named ?? world.settings.defaultOrganisation ?? null)
  if (orgId === null) return null
  if (known.size >= mostKept) known.clear()
  known.set(key, { orgId, readAt: now })
  return orgId
}

async function find(world: World, named: string | null): Promise<string | null> {
  if (named === null) return await findDefaultOrganisation(world)
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(named))
    return (await getOrganisation(world, named))?.id ?? null
  return /^[a-z0-9-]{1,63}$/.test(named) ? await findOrganisationBySlug(world, named) : null
}
