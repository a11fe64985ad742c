import { Fault } from '../../faults.ts'
import { hasEnded, type RunRow } from '../../store/runs.ts'
import type { JsonObject, World } from '../../world.ts'
import { checkRight } from '../answer-right.ts'
import type { RunView, WaitView } from '../run-view.ts'
import { holderOfJourney, type Journey } from './journey.ts'
import { lastData } from './last-data.ts'
import { journeyFault, noJourney } from './refusals.ts'

/** Where a journey stands, as its holder sees it. */
export type JourneyStep =
  | { at: 'wait'; wait: WaitView }
  /** `still_running`: the run works; `waiting_elsewhere`: somebody else must do something. */
  | { at: 'progress'; why: 'still_running' | 'waiting_elsewhere' }
  | { at: 'end'; data: JsonObject }

/** Where the run stands. @throws {Fault} what the end of a run that did not complete is told as. */
export async function stepOf(world: World, journey: Journey, run: RunView): Promise<JourneyStep> {
  if (run.status === 'completed') return { at: 'end', data: await lastData(world, journey) }
  if (['failed', 'cancelled', 'timed_out'].includes(run.status)) throw endFault(journey, run)
  const wait = firstWait(world, journey, run)
  if (wait) return { at: 'wait', wait }
  const elsewhere = run.waits.some((one) => stands(world, one))
  return { at: 'progress', why: elsewhere ? 'waiting_elsewhere' : 'still_running' }
}

/** The oldest wait that stands open and that the holder may answer (faces/journeys.md §4). */
export function firstWait(world: World, { row, run }: Journey, { waits }: RunView): WaitView | undefined {
  return [...waits]
    .sort((a, b) => (a.openedAt < b.openedAt ? -1 : 1))
    .find((wait) => stands(world, wait) && isFor(row, run, wait))
}

/** By the clock: the engine is told a moment later that the time is over. */
function stands({ clock }: World, { status, expiresAt }: WaitView): boolean {
  return status === 'open' && clock.now() < Date.parse(expiresAt)
}

/** Whether the holder of a flowId may answer. */
function isFor(row: Journey['row'], run: RunRow, { question }: WaitView): boolean {
  try {
    checkRight(question, holderOfJourney(row), run)
    return true
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** Whom a run is looked on for: its holder alone, or whoever must do something next. */
export type LookedFor = 'holder' | 'anybody'

/** True once the holder need not be kept waiting. */
export function isWorthTelling(world: World, journey: Journey, run: RunView, lookedFor: LookedFor): boolean {
  const { status, waits } = run
  // What waits may wait for others.
  if (status !== 'waiting' && hasEnded({ status })) return true
  if (lookedFor === 'anybody') return waits.some((wait) => stands(world, wait))
  return firstWait(world, journey, run) !== undefined
}

/** What an author's `fail` says is told; of other errors nothing (faces/journeys.md §8). */
function endFault({ row }: Journey, run: RunView): Fault {
  const { flowType } = row
  if (run.status !== 'failed' || run.error?.code === 'Wait.Expired') return noJourney()
  if (run.error?.stepType !== 'fail')
    return journeyFault('The flow met an error and has ended', { reason: 'flow_error', flowType })
  const { code, message } = run.error
  return journeyFault(message, { reason: 'flow_failed', flowType, failure: { code, message } })
}
