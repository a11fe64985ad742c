import { instant } from '../../aws/clock.ts'
import { isFault } from '../../faults.ts'
import { noteShown, noteTold } from '../../store/journeys.ts'
import type { World } from '../../world.ts'
import type { RunView } from '../run-view.ts'
import type { Journey } from './journey.ts'
import { type JourneyStep, stepOf } from './step.ts'

/**
 * What the holder is shown now, noted before it is sent: which step is meant by the next answer, and that the end has been
 * told, after which the flowId opens nothing (faces/journeys.md §8).
 *
 * @throws {Fault} `invalid_request` reason `flow_failed`, `flow_error`, `flow_id` for a run that ended without an output.
 */
export async function tellStep(world: World, journey: Journey, run: RunView): Promise<JourneyStep> {
  const step = await toldEnd(world, journey, () => stepOf(world, journey, run))
  const { row } = journey
  if (step.at === 'end') await noteTold(world, row, instant(world.clock.now()))
  else await noteWait(world, row, step.at === 'wait' ? step.wait.id : null)
  return step
}

/** Notes the step that the next answer means. */
export async function noteWait(world: World, row: Journey['row'], waitId: string | null): Promise<void> {
  if ((waitId ?? undefined) !== row.shownWaitId) await noteShown(world, row, waitId)
}

/** An end that is told as a refusal is told once, too. */
async function toldEnd(
  world: World,
  { row }: Journey,
  read: () => Promise<JourneyStep>,
): Promise<JourneyStep> {
  try {
    return await read()
  } catch (error) {
    if (isFault(error, 'invalid_request')) await noteTold(world, row, instant(world.clock.now()))
    throw error
  }
}
