import { hasEnded } from '../store/runs.ts'
import type { World } from '../world.ts'
import { answering } from './refusal.ts'
import { type RunView, viewRun } from './run-view.ts'
import { hasPaused, watchRun } from './watch-run.ts'

/**
 * The run as soon as it has moved past the `rev` that the caller has seen, or has ended, or the time is over. Without a
 * `rev`: as soon as it stands at a wait or has ended.
 *
 * @throws {Fault} `not_found`.
 */
export async function awaitRun(
  world: World,
  orgId: string,
  runId: string,
  {
    sinceRev,
    waitSeconds,
    parts,
  }: { sinceRev?: number | undefined; waitSeconds: number; parts?: 'inputs'[] },
): Promise<RunView> {
  return await answering(world, async () => {
    const row = await watchRun(world, orgId, runId, waitSeconds, (now) =>
      sinceRev === undefined ? hasPaused(now, 0) : hasEnded(now) || now.rev > sinceRev,
    )
    return await viewRun(world, row, parts)
  })
}
