import { isDeleted } from '../store/executions.ts'
import { getRun } from '../store/runs.ts'
import type { World } from '../world.ts'
import { answering, noRun } from './refusal.ts'
import { type RunView, viewRun } from './run-view.ts'

/**
 * The run as it stands, strongly consistent.
 *
 * @param parts `inputs` reads inputs over 8 KB too.
 * @param unlessDeleted a run whose execution was deleted is not there. @default false
 * @throws {Fault} `not_found`.
 */
export async function readRun(
  world: World,
  orgId: string,
  runId: string,
  { parts = [], unlessDeleted = false }: { parts?: 'inputs'[]; unlessDeleted?: boolean } = {},
): Promise<RunView> {
  return await answering(world, async () => {
    const row = await getRun(world, orgId, runId)
    if (!row || (unlessDeleted && isDeleted(row))) throw noRun()
    return await viewRun(world, row, parts)
  })
}
