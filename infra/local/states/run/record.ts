import type { Execution, Frame } from './execution.ts'
import type { HistoryEvent } from './history-event.ts'
import { runtimeError } from './state-error.ts'

/** Most events of a history. */
export const historyLimit = 25_000

/** Adds an event to the history of an execution; nothing for EXPRESS, which has none. Gives the event's id. */
export function record(frame: Frame, now: number, type: string, details: object = {}): number {
  const { execution } = frame
  if (!execution.keeper.durable) return 0
  // The last event is left for the end of the execution.
  if (execution.events >= historyLimit - 1)
    throw runtimeError(`The execution reached the maximum number of history events (${historyLimit}).`)
  frame.previousEvent = append(execution, frame.previousEvent, now, type, details)
  return frame.previousEvent
}

/** The same for events that tell of what has happened anyway: without room left they are not told. */
export function note(frame: Frame, now: number, type: string, details: object = {}): void {
  if (frame.execution.events < historyLimit - 1) record(frame, now, type, details)
}

/** Adds an event that belongs to no frame, e.g. the last one. */
export function recordFor(
  execution: Execution,
  previous: number,
  now: number,
  type: string,
  details: object = {},
): void {
  const last = type.startsWith('Execution')
  if (!execution.keeper.durable || (!last && execution.events >= historyLimit - 1)) return
  append(execution, previous, now, type, details)
}

function append(
  execution: Execution,
  previousEventId: number,
  now: number,
  type: string,
  details: object,
): number {
  execution.events += 1
  const event: HistoryEvent = {
    id: execution.events,
    previousEventId,
    // Times of entry run ahead of the clock when several states are entered in one millisecond.
    timestamp: Math.max(now, execution.enteredAt) / 1000,
    type,
    ...details,
  }
  execution.unwritten.push(event)
  return event.id
}
