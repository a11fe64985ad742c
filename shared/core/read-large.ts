import type { ValuePlace } from '../store/large-places.ts'
import { getLarge, linkToLarge } from '../store/large-values.ts'
import type { Json, World } from '../world.ts'
import { readHidden } from './hidden.ts'

/** What a reply holds beside the rest. */
const mostInReply = 4 * 1024 * 1024
const linkSeconds = 300

/** A large output as it is, or, beyond 4 MiB, an address from which it is read. @param known its size and digest. */
export async function readLarge(
  world: World,
  place: ValuePlace,
  known: Json,
): Promise<{ output: Json; downloadUrl?: string }> {
  const { bytes } = (known as { $large: { bytes: number } }).$large
  if (bytes > mostInReply) return { output: known, downloadUrl: await linkToLarge(world, place, linkSeconds) }
  return { output: readHidden(await getLarge(world, place)) }
}
