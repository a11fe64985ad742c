import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { World } from '../world.ts'
import type { Item } from './batch-get.ts'
import type { MachineRow, Owner } from './machines.ts'
import { itemsUnder } from './pages.ts'
import { keys } from './table.ts'

/** Most writes of one BatchWriteItem. */
const mostWrites = 25

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

/** Forgets which versions of a flow need which machines. */
export async function dropUses(world: World, { orgId, flowId }: Owner): Promise<void> {
  const { pk } = keys.flow(orgId, flowId)
  const found: { DeleteRequest: { Key: { pk: string; sk: string } } }[] = []
  for await (const { sk } of itemsUnder<Item>(world, pk, 'REF#'))
    found.push({ DeleteRequest: { Key: { pk, sk } } })
  while (found.length > 0) {
    const { UnprocessedItems } = await world.db.send(
      new BatchWriteCommand({ RequestItems: { [world.settings.table]: found.splice(0, mostWrites) } }),
    )
    found.push(...((UnprocessedItems?.[world.settings.table] ?? []) as typeof found))
  }
}
