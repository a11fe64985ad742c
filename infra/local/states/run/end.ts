import type { Json } from '../../../../shared/world.ts'
import type { Execution, ExecutionStatus, Frame, Hanging } from './execution.ts'
import type { Machinery } from './machinery.ts'
import { recordFor } from './record.ts'
import { textOf } from './size.ts'

/** How an execution ends. */
export interface End {
  status: Exclude<ExecutionStatus, 'RUNNING'>
  output?: Json
  error?: string | null
  cause?: string | null
}

/** Ends an execution and everything under way in it. Ended ones stay as they are. */
export function endExecution({ clock }: Machinery, execution: Execution, end: End): void {
  if (execution.status !== 'RUNNING') return
  const { status, output, error = null, cause = null } = end
  const root = [...execution.frames.values()].find((frame) => frame.parent === null)
  const previous = root?.previousEvent ?? execution.events
  const now = clock.now()
  stop(execution, null, now)
  execution.status = status
  execution.end = { at: now, output: output === undefined ? null : textOf(output), error, cause }
  const [event, details] = eventOf(status)
  recordFor(execution, previous, now, event, { [details]: detailsOf(execution) })
  execution.keeper.ended(execution)
}

function eventOf(status: End['status']): [string, string] {
  switch (status) {
    case 'SUCCEEDED':
      return ['ExecutionSucceeded', 'executionSucceededEventDetails']
    case 'FAILED':
      return ['ExecutionFailed', 'executionFailedEventDetails']
    case 'TIMED_OUT':
      return ['ExecutionTimedOut', 'executionTimedOutEventDetails']
    case 'ABORTED':
      return ['ExecutionAborted', 'executionAbortedEventDetails']
  }
}

function detailsOf({ status, end }: Execution): object {
  if (status === 'SUCCEEDED') return { output: end?.output, outputDetails: { truncated: false } }
  return {
    ...(end?.error == null ? {} : { error: end.error }),
    ...(end?.cause == null ? {} : { cause: end.cause }),
  }
}

/** Ends the frames below one, or all of an execution, and says so in the history. */
export function stop(execution: Execution, frame: Frame | null, now: number): void {
  const { keeper } = execution
  const hanging = keeper.below(execution, frame)
  for (const one of hanging.toReversed()) {
    const inMemory = execution.frames.get(one.id)
    if (inMemory) inMemory.alive = false
    execution.variableBytes -= one.variableBytes
    if (one.phase !== 'done' && one.phase !== 'settled') tellAbort(execution, one, now)
  }
  if (frame)
    keeper.drop(
      execution,
      hanging.map(({ id }) => id),
    )
}

const abortable = new Set(['Task', 'Wait', 'Parallel', 'Map'])

function tellAbort(
  execution: Execution,
  { state, position, previousEvent, holder }: Hanging,
  now: number,
): void {
  const { states } = execution.program
  const type = states.get(state)?.type ?? ''
  if (abortable.has(type)) recordFor(execution, previousEvent, now, `${type}StateAborted`)
  if (holder === null || states.get(holder)?.type !== 'Map') return
  const details = { mapIterationAbortedEventDetails: { name: holder, index: position } }
  recordFor(execution, previousEvent, now, 'MapIterationAborted', details)
}
