import { noteFinding } from '../store/machine-garbage.ts'
import { dropUses, machinesOf } from '../store/machine-uses.ts'
import { getMachine, type Owner } from '../store/machines.ts'
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

/**
 * Puts machines on the list of garbage whose version is about to go. Who collects them looks first whether another version
 * needs them, so this may stand ahead of the deletion, and a death in between loses none.
 */
export async function offerMachines(world: World, owner: Owner, names: string[]): Promise<void> {
  const checkAt = world.clock.now() + graceMs
  for (const name of names) {
    const row = await getMachine(world, owner, name)
    if (row !== null && row.gsi2sk === undefined)
      await noteFinding(world, owner, row, { state: row.state, checkAt })
  }
}
