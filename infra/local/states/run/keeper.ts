import type { Execution, Frame, TimerKind } from './execution.ts'

/** Keeps the progress of executions: on disk for STANDARD, nowhere but in memory for EXPRESS. */
export interface Keeper {
  /** True if there is a history and whatever happens outlives the process. */
  readonly durable: boolean
  /** A number for a new frame. */
  nextFrameId(): number
  /** The frame has changed. */
  touch(frame: Frame): void
  /** Everything so far is kept when this resolves. */
  commit(): Promise<void>
  /** Wakes the frame at an instant (milliseconds since 1970), also in a later process. */
  setTimer(frame: Frame, kind: TimerKind, dueAt: number): void
  /** Forgets the timers of the frame's own work. */
  clearTimers(frame: Frame): void
  /** Makes a token by which the frame's task can be answered, once it is opened. */
  makeToken(frame: Frame): string
  openToken(frame: Frame): void
  /** The function has been told the token; from now on a sign of life is wanted so often, if at all. */
  markNotified(frame: Frame, heartbeatSeconds: number | null): void
  /** The token can no longer be used. */
  closeToken(frame: Frame): void
  /** What the ended children of a frame came to, in order. */
  outputsOf(frame: Frame): unknown[]
  /** Inputs of a Map's items. */
  itemsOf(frame: Frame): unknown[]
  /** Frames that hang below another, or all; also those that are not in memory. Deepest last. */
  below(execution: Execution, frame: Frame | null): Hanging[]
  /** Deletes frames with their tokens and timers. */
  drop(execution: Execution, ids: number[]): void
  /** The execution has ended: its end is kept and told. */
  ended(execution: Execution): void
  /** Nothing of the execution is being driven any more. */
  rest(execution: Execution): void
  /** True if the machine is being deleted, which ends its executions. */
  isDeleting(execution: Execution): boolean
}

/** As much of a frame as its end from above needs. */
export interface Hanging {
  id: number
  state: string
  phase: string
  position: number
  previousEvent: number
  variableBytes: number
  /** State of the frame above. */
  holder: string | null
}
