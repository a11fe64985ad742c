import { getRun } from '../store/runs.ts'
import type { World } from '../world.ts'
import { answering, noRun } from './refusal.ts'
import { type RunView, viewRun } from './run-view.ts'

/**
 * The run as it stands, strongly consistent.
 *
 * @param parts `inputs` reads inputs over 8 KB too.
 * @throws {Fault} `not_found`.
 */
export async function readRun(
  world: World,
  orgId: string,
  runId: string,
  { parts = [] }: { parts?: 'inputs'[] } = {},
): Promise<RunView> {
  return await answering(world, async () => {
    const row = await getRun(world, orgId, runId)
    if (!row) throw noRun()
    return await viewRun(world, row, parts)
  })
}
