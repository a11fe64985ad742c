import type { CatcherProgram, Failing, RetrierProgram, StateProgram } from '../program/program.ts'
import { failParent } from './children.ts'
import { endExecution } from './end.ts'
import type { Frame } from './execution.ts'
import { leave } from './leave.ts'
import type { Machinery } from './machinery.ts'
import { stateOf } from './move.ts'
import { note } from './record.ts'
import { matches, StateError } from './state-error.ts'

/**
 * A state has failed: it is tried again, or a catcher says where to go, or the error rises. True if the frame has another
 * state to run.
 */
export async function fail(machinery: Machinery, frame: Frame, error: StateError): Promise<boolean> {
  if (!frame.alive) return false
  if (frame.token !== null) {
    frame.execution.keeper.closeToken(frame)
    frame.execution.keeper.clearTimers(frame)
  }
  if (error.location !== null) tellEvaluation(machinery, frame, error)
  const state = stateOf(frame)
  if (canFail(state)) {
    if (retry(machinery, frame, state.retriers, error)) return false
    const catcher = state.catchers.find(({ errors }) => matches(errors, error.error))
    if (catcher) return await tryCatcher(machinery, frame, catcher, error)
  }
  raise(machinery, frame, error)
  return false
}

function canFail(state: StateProgram): state is StateProgram & Failing {
  return 'retriers' in state
}

function tellEvaluation({ clock }: Machinery, frame: Frame, { error, cause, location }: StateError): void {
  note(frame, clock.now(), 'EvaluationFailed', {
    evaluationFailedEventDetails: { error, cause, location, state: frame.state },
  })
}

/** True if the first retrier that knows the error has tries left; the frame then sleeps until the next. */
function retry(
  { clock }: Machinery,
  frame: Frame,
  retriers: readonly RetrierProgram[],
  { error }: StateError,
): boolean {
  const index = retriers.findIndex(({ errors }) => matches(errors, error))
  const retrier = retriers[index]
  if (!retrier) return false
  const tries = frame.retries[index] ?? 0
  if (tries >= retrier.maxAttempts) return false
  frame.retries = retriers.map((_, at) => (frame.retries[at] ?? 0) + (at === index ? 1 : 0))
  frame.retryCount += 1
  frame.phase = 'timer'
  frame.outcome = null
  frame.token = null
  frame.attempt = null
  const { keeper } = frame.execution
  keeper.touch(frame)
  keeper.setTimer(frame, 'retry', clock.now() + delayOf(retrier, tries))
  return true
}

/** Milliseconds before the try after `tries` earlier ones. */
function delayOf(retrier: RetrierProgram, tries: number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds, jitter } = retrier
  const grown = intervalSeconds * backoffRate ** tries
  const seconds = maxDelaySeconds === null ? grown : Math.min(grown, maxDelaySeconds)
  return Math.round(1000 * seconds * (jitter ? Math.random() : 1))
}

async function tryCatcher(
  machinery: Machinery,
  frame: Frame,
  catcher: CatcherProgram,
  { error, cause }: StateError,
): Promise<boolean> {
  const errorOutput = { Error: error, Cause: cause }
  try {
    const exit = { leaving: catcher, next: catcher.next, usual: errorOutput, extra: { errorOutput } }
    return await leave(machinery, frame, exit)
  } catch (second) {
    // An error within a catcher is nobody's to catch in this state.
    if (!(second instanceof StateError)) throw second
    if (second.location !== null) tellEvaluation(machinery, frame, second)
    raise(machinery, frame, second)
    return false
  }
}

/** The error leaves the scope: it fails the state around it, or the execution. */
function raise(machinery: Machinery, frame: Frame, error: StateError): void {
  if (!frame.alive) return
  if (frame.parent && error.error !== 'States.Runtime') {
    failParent(machinery, frame, error)
    return
  }
  frame.phase = 'done'
  endExecution(machinery, frame.execution, {
    status: 'FAILED',
    error: error.error,
    cause: causeOf(frame, error),
  })
}

/** An error of the engine's own is told with the place where it happened. */
function causeOf(frame: Frame, { error, cause, location }: StateError): string {
  const own =
    location !== null ||
    ['States.Runtime', 'States.DataLimitExceeded', 'States.NoChoiceMatched'].includes(error)
  if (!own) return cause
  return `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.enteredEvent}). ${cause}`
}
