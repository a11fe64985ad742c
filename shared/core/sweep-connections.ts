import { askToClose } from '../store/connection-changes.ts'
import { runOutConnections } from '../store/connection-ends.ts'
import type { World } from '../world.ts'

/**
 * Has the sockets closed whose token or key has run out, and whose runs have been quiet since.
 *
 * @returns how many.
 */
export async function sweepConnections(world: World): Promise<number> {
  let asked = 0
  for await (const connection of runOutConnections(world, world.clock.now())) {
    await askToClose(world, connection, 'session_ended')
    asked++
  }
  return asked
}
