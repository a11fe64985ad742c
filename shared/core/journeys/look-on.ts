import { hasEnded } from '../../store/runs.ts'
import type { World } from '../../world.ts'
import { type RunView, viewRun } from '../run-view.ts'
import { watchRun } from '../watch-run.ts'
import type { Journey } from './journey.ts'
import { isWorthTelling, type LookedFor } from './step.ts'

/** Between two looks at a run that stands at what is not its holder's to answer, in seconds. */
const pauseSeconds = 0.25

/**
 * How the run stands once there is something for its holder, or the time is over. Nothing is changed by it.
 *
 * @param lookedFor `anybody` for whoever has just answered: he is told at once that others are next.
 */
export async function lookOn(
  world: World,
  journey: Journey,
  waitSeconds: number,
  lookedFor: LookedFor = 'holder',
): Promise<RunView> {
  const { orgId, runId } = journey.row
  const end = world.clock.now() + waitSeconds * 1000
  for (let rev = -1; ; ) {
    const left = Math.max(0, (end - world.clock.now()) / 1000)
    const row = await watchRun(
      world,
      orgId,
      runId,
      left,
      (seen) => hasEnded(seen) || (seen.rev > rev && (seen.openWaits?.size ?? 0) > 0),
    )
    const run = await viewRun(world, row)
    if (world.clock.now() >= end || isWorthTelling(world, journey, run, lookedFor)) return run
    rev = row.rev
    await world.clock.sleep(Math.min(left, pauseSeconds) * 1000)
  }
}
