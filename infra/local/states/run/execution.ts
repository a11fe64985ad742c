import type { Json } from '../../../../shared/world.ts'
import type { Program } from '../program/program.ts'
import type { HistoryEvent } from './history-event.ts'

/** An execution's status, in the engine's words. */
export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'

/** A run of a machine, while something in it is under way. Waiting executions lie in the database only. */
export interface Execution {
  readonly id: number
  readonly arn: string
  readonly name: string
  readonly machineArn: string
  readonly program: Program
  /** Where its progress is kept: on disk, or in memory for EXPRESS. */
  readonly keeper: Keeper
  /** Input as it was given. */
  readonly input: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  status: ExecutionStatus
  /** `EnteredTime` of the state entered last. */
  enteredAt: number
  /** Number of events in the history. */
  events: number
  /** Bytes of all variables. */
  variableBytes: number
  /** The frames that are in memory, by id. */
  readonly frames: Map<number, Frame>
  /** How many frames are being driven. */
  busy: number
  /** Transitions since the event loop had a turn. */
  haste: number
  /** Events that are not written yet. */
  unwritten: HistoryEvent[]
  end: ExecutionEnd | null
}

/** How an execution ended; `at` is milliseconds since 1970. */
export interface ExecutionEnd {
  at: number
  output: string | null
  error: string | null
  cause: string | null
}

/**
 * What a frame is about to do, or waits for. `ready`, `running` and `settled` frames are driven again after a restart;
 * the others wait for a token, a timer or the frames below them.
 */
export type Phase = 'ready' | 'running' | 'token' | 'timer' | 'children' | 'settled' | 'done'

/** A place of progress: the execution's own, a branch's, or an item's. */
export interface Frame {
  readonly id: number
  readonly execution: Execution
  readonly parent: Frame | null
  /** Index of the branch or item. */
  readonly position: number
  phase: Phase
  state: string
  enteredAt: number
  input: Json
  /** Id of the last event of this frame, and of the one that entered the state. */
  previousEvent: number
  enteredEvent: number
  /** Tries before this one, in all and by retrier. */
  retryCount: number
  retries: number[]
  /** How the state's work ended, while that is not dealt with. */
  outcome: Outcome | null
  /** What a branch or item came to. */
  output: Json
  /** Of a Parallel or Map. */
  children: Children | null
  token: string | null
  variables: Record<string, Json>
  variableBytes: number
  /** Rows of variables written so far. */
  assigns: number
  /** Assigned since the last row was written. */
  unsaved: Record<string, Json> | null
  /** False once it has ended or was ended from above. */
  alive: boolean
  /** The try that is under way; work of an earlier one is ignored. */
  attempt: object | null
  /** True if the database has its row. */
  stored: boolean
}

/** How the work of a state ended. */
export type Outcome = { result: Json } | { error: string; cause: string }

/** The frames below a Parallel or Map. */
export interface Children {
  count: number
  /** How many have not ended. */
  remaining: number
  /** Index of the next one to start. */
  next: number
  /** Inputs of a Map's items; null = still in the database. */
  items: Json[] | null
}

/** What a timer is for. */
export type TimerKind = 'wait' | 'retry' | 'timeout' | 'heartbeat' | 'execution'

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
