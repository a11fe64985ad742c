import type { World } from '../world.ts'
import type { Item } from './batch-get.ts'
import type { MachineRow, Owner } from './machines.ts'
import { itemsUnder, listUnder } from './pages.ts'
import { keys } from './table.ts'
import { transact, type Write } from './transact.ts'

/** Most writes of one transaction. */
const mostWrites = 100

/** Whether a version needs the machine. */
export async function isUsed(world: World, { orgId, flowId }: Owner, name: string): Promise<boolean> {
  const uses = itemsUnder<Item>(world, keys.flow(orgId, flowId).pk, `REF#${name}#`, { Limit: 1 })
  for await (const _ of uses) return true
  return false
}

/** Every machine of a flow. */
export function machinesOf(world: World, { orgId, flowId }: Owner): AsyncGenerator<MachineRow> {
  return itemsUnder<MachineRow>(world, keys.flow(orgId, flowId).pk, 'ASL#')
}

/** Forgets that a version needs a machine; part of the transaction that deletes the version. */
export function dropUse({ orgId, flowId }: Owner, name: string, version: number): Write {
  return { Delete: { TableName: '', Key: keys.machineUse(orgId, flowId, name, version) } }
}

/** Forgets which versions of a flow need which machines. */
export async function dropUses(world: World, { orgId, flowId }: Owner): Promise<void> {
  const { pk } = keys.flow(orgId, flowId)
  const uses = await listUnder<Item>(world, pk, 'REF#')
  for (let at = 0; at < uses.length; at += mostWrites)
    await transact(
      world,
      uses.slice(at, at + mostWrites).map(({ sk }) => ({ Delete: { TableName: '', Key: { pk, sk } } })),
    )
}
