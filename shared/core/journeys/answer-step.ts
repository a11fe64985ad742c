import { isFault } from '../../faults.ts'
import { findWaitRow } from '../../store/wait-lists.ts'
import type { JsonObject, World } from '../../world.ts'
import { answerWait } from '../answers.ts'
import { type RunView, viewWait, type WaitView } from '../run-view.ts'
import { holderOfJourney, type Journey } from './journey.ts'
import { lookOn } from './look-on.ts'
import { noJourney } from './refusals.ts'

/** What became of an answer: how the run stands after it, or that the step takes none any more. */
export type Answered =
  | { taken: true; run: RunView; replayed: boolean }
  /** Answered otherwise, expired, or shown earlier: nothing has moved. */
  | { taken: false; run: RunView }

/**
 * The step that an answer means: the one that the request names, else the one that was last shown (faces/journeys.md §4).
 * null = none: the answer is a look. `unknown` for a name that is none of this run's.
 */
export async function meantStep(
  world: World,
  { row }: Journey,
  named: string | undefined,
): Promise<WaitView | 'unknown' | null> {
  const id = named?.trim() || row.shownWaitId
  if (id === undefined) return null
  // A header may be of any length, a key of the table not.
  if (!uuid.test(id)) return 'unknown'
  const wait = await findWaitRow(world, row.orgId, id)
  return wait?.runId === row.runId ? viewWait(wait) : 'unknown'
}

/**
 * Whether the step still takes answers, by the clock and not by what has been noted of it.
 *
 * @throws {Fault} `invalid_request` reason `flow_id` for one whose end is the end of the run.
 */
export function takesAnswers({ clock }: World, { status, expiresAt, onTimeout }: WaitView): boolean {
  const isLate = status === 'expired' || (status === 'open' && clock.now() >= Date.parse(expiresAt))
  if (isLate && onTimeout === 'fail') throw noJourney()
  return status === 'open' && !isLate
}

/**
 * Answers a step and waits for what follows it. Of several answers one is taken; the same one again gets what followed.
 *
 * @throws {Fault} `validation_failed` with issues, `payload_too_large`, `unavailable`: the step stays open.
 */
export async function answerStep(
  world: World,
  journey: Journey,
  wait: WaitView,
  answer: JsonObject,
  waitSeconds: number,
): Promise<Answered> {
  try {
    const { runId } = journey.row
    const holder = holderOfJourney(journey.row)
    const given = await answerWait(world, holder, { runId, waitId: wait.id, answer }, waitSeconds)
    const run = given.replayed ? await lookOn(world, journey, waitSeconds, 'anybody') : given.run
    return { taken: true, run, replayed: given.replayed }
  } catch (error) {
    if (!closed.some((code) => isFault(error, code))) throw error
    // The engine is about to end the run: nothing can follow.
    if (isFault(error, 'wait_expired') && error.details.onTimeout === 'fail') throw noJourney()
    return { taken: false, run: await lookOn(world, journey, goneSeconds, 'anybody') }
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const closed = ['wait_already_answered', 'wait_expired', 'run_finished', 'forbidden'] as const
/** What follows a step that has closed is seldom long in coming. */
const goneSeconds = 2
