import { DeleteStateMachineCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn'
import { dropMachine, dueGarbage, noteFinding } from '../store/machine-garbage.ts'
import { isUsed } from '../store/machine-uses.ts'
import { getMachine, type MachineRow, type Owner } from '../store/machines.ts'
import type { World } from '../world.ts'
import { graceMs } from './machines.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Between the two looks that must find no run. */
const secondLookMs = hourMs

/**
 * Takes away machines that no version needs (aws.md 2.7): first they are retired, a week later deleted, a Standard one
 * only if two looks an hour apart find no run on it, because deletion ends the runs of a machine.
 *
 * Safe to run twice at once; whatever fails is looked at again next time.
 *
 * @param most how many to look at in one go: the engine takes few such calls.
 * @returns how many were deleted.
 */
export async function collectMachines(world: World, most = 100): Promise<number> {
  let looked = 0
  let deleted = 0
  for await (const { owner, name } of dueGarbage(world, world.clock.now())) {
    if (looked++ === most) break
    try {
      if (await lookAt(world, owner, name)) deleted++
    } catch (error) {
      world.log.warn('A machine could not be collected', { machine: name, error: (error as Error).name })
    }
  }
  return deleted
}

/** @returns true if the machine was deleted. */
async function lookAt(world: World, owner: Owner, name: string): Promise<boolean> {
  const row = await getMachine(world, owner, name)
  // The index is a moment behind the rows.
  if (row?.gsi2sk === undefined) return false
  const now = world.clock.now()
  if (row.state === 'DELETING') return await remove(world, owner, row)
  if (await isUsed(world, owner, name)) {
    await noteFinding(world, owner, row, { state: 'READY', checkAt: null })
    return false
  }
  if (row.state !== 'RETIRED') {
    await noteFinding(world, owner, row, { state: 'RETIRED', checkAt: now + graceMs })
    return false
  }
  if (row.kind === 'standard' && !(await wasEmptyTwice(world, owner, row))) return false
  const noted = await noteFinding(world, owner, row, { state: 'DELETING', checkAt: now })
  if (!noted) return false
  return await remove(world, owner, { ...row, state: 'DELETING' })
}

/** Whether this look and one an hour ago found no run; notes what this one found. */
async function wasEmptyTwice(world: World, owner: Owner, row: MachineRow): Promise<boolean> {
  const now = world.clock.now()
  if (await hasRuns(world, row)) {
    await noteFinding(world, owner, row, { state: 'RETIRED', checkAt: now + dayMs })
    return false
  }
  if (row.emptyAt !== undefined && now - row.emptyAt >= secondLookMs) return true
  await noteFinding(world, owner, row, { state: 'RETIRED', checkAt: now + secondLookMs, emptyAt: now })
  return false
}

async function hasRuns({ states }: World, { arn }: MachineRow): Promise<boolean> {
  // A machine that was never made has no ARN and no runs.
  if (arn === undefined) return false
  const { executions = [] } = await states.send(
    new ListExecutionsCommand({ stateMachineArn: arn, statusFilter: 'RUNNING', maxResults: 1 }),
  )
  return executions.length > 0
}

async function remove(world: World, owner: Owner, row: MachineRow): Promise<boolean> {
  if (row.arn !== undefined)
    await world.states.send(new DeleteStateMachineCommand({ stateMachineArn: row.arn }))
  await dropMachine(world, owner, row.name)
  return true
}
