import { useMachine } from '../store/machines.ts'
import { transact } from '../store/transact.ts'
import { addMachine, getVersion, type ReadyMachine, type VersionRow } from '../store/versions.ts'
import type { World } from '../world.ts'
import { graphOf } from './definition-of.ts'
import { ensureMachine, type MachineKind } from './machines.ts'
import { Recent } from './recent.ts'

/** Versions that this process has read, up to so many characters: nothing that is used of them ever changes. */
const rows = new Recent<VersionRow>(8_000_000)

/** The machine of a kind that a version has; the one that publishing did not make is made by the first who needs it. */
export async function machineOfVersion(
  world: World,
  orgId: string,
  row: VersionRow,
  kind: MachineKind,
): Promise<ReadyMachine> {
  const noted = row.machines[kind]
  if (noted) return noted
  const owner = { orgId, flowId: row.flowId }
  const machine = await ensureMachine(world, owner, await graphOf(row.text), kind)
  const { flowId, version } = row
  await transact(world, [
    ...useMachine(owner, machine.name, version),
    addMachine(orgId, flowId, version, kind, machine),
  ])
  keepVersion(world, orgId, { ...row, machines: { ...row.machines, [kind]: machine } })
  return machine
}

/** A version's row; read once in the life of a function. Its status may have changed since. */
export async function versionOf(world: World, orgId: string, flowId: string, version: number) {
  const known = rows.get(keyOf(world, orgId, flowId, version))
  if (known) return known
  const row = await getVersion(world, orgId, flowId, version)
  if (row) keepVersion(world, orgId, row)
  return row
}

/** Keeps a row that was read. */
export function keepVersion(world: World, orgId: string, row: VersionRow): void {
  rows.set(keyOf(world, orgId, row.flowId, row.version), row, row.text.length)
}

function keyOf({ settings }: World, orgId: string, flowId: string, version: number): string {
  return `${settings.table} ${orgId} ${flowId} ${version}`
}
