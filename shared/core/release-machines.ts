import { noteFinding } from '../store/machine-garbage.ts'
import { dropUses, machinesOf } from '../store/machine-uses.ts'
import type { Owner } from '../store/machines.ts'
import type { World } from '../world.ts'
import { graceMs } from './machines.ts'

/**
 * Puts every machine of a deleted flow on the list of garbage. They stay for a week, and then for as long as runs stand on
 * them.
 */
export async function releaseMachines(world: World, owner: Owner): Promise<void> {
  await dropUses(world, owner)
  const checkAt = world.clock.now() + graceMs
  for await (const row of machinesOf(world, owner))
    if (row.gsi2sk === undefined) await noteFinding(world, owner, row, { state: row.state, checkAt })
}
