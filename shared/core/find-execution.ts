import { Fault } from '../faults.ts'
import { isDeleted } from '../store/executions.ts'
import { getRun, type RunRow } from '../store/runs.ts'
import type { World } from '../world.ts'
import { answering } from './refusal.ts'

/** The refusal of an id that names no execution of the organisation. */
export function noExecution(): Fault {
  return new Fault('not_found', 'Execution not found')
}

/**
 * An execution's head: the run whose id it has. A run that was made in the place of another is no execution of its own.
 *
 * @throws {Fault} `not_found`, also for a deleted one.
 */
export async function findExecution(world: World, orgId: string, id: string): Promise<RunRow> {
  return await answering(world, async () => {
    const row = await getRun(world, orgId, id)
    if (!row || row.headId !== undefined || isDeleted(row)) throw noExecution()
    return row
  })
}

/**
 * The run that has an execution's place now.
 *
 * @throws {Fault} `not_found` if its record is gone.
 */
export async function currentRun(world: World, head: RunRow): Promise<RunRow> {
  if (head.currentRunId === undefined) return head
  const row = await getRun(world, head.orgId, head.currentRunId)
  if (!row) throw noExecution()
  return row
}
