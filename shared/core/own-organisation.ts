import { getOrganisation } from '../store/organisations.ts'
import type { World } from '../world.ts'
import { noFlow } from './version-faults.ts'

/**
 * Whether an id or slug in a path names the caller's own organisation. Another one is refused like a flow that does not exist.
 *
 * @throws {Fault} `not_found`
 */
export async function findOwn(world: World, orgId: string, named: string): Promise<void> {
  if (named === orgId) return
  const own = await getOrganisation(world, orgId)
  if (own === null || own.slug !== named) throw noFlow()
}
