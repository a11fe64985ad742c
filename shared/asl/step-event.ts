import type { RunRef } from '../steps/define.ts'
import type { Json, JsonObject } from '../world.ts'

/**
 * What a compiled machine sends to the step function. Machines outlive releases: every version of this event that an
 * open run may still send stays supported, so members are only ever added (aws.md 2.1).
 */
export type StepEvent = WorkEvent | AskEvent | SubflowEvent | ExpireEvent | LeaveEvent | EndEvent

interface Sent {
  v: 1
  run: RunRef
  /** The state's `EnteredTime`: the same over retries, new at each visit. */
  at: string
}

interface SentByStep extends Sent {
  stepId: string
  /** Canonical step type, e.g. `http.request`. */
  type: string
  /** The type as the author wrote it. */
  as: string
  /** The step's name as shown to people. */
  name: string
  /** Path of loop indexes, `"2"` or `"2.0"`; null outside loops. */
  iter: string | null
}

/** The step's params with expressions evaluated. */
interface WithArgs {
  args: JsonObject
  /**
   * Paths in `args` whose value is a list of parts, each a text or `{"$secret": "KEY"}`: the function joins them. Only
   * these places are looked at, so that a value which merely looks like a reference stays data.
   */
  secrets?: (string | number)[][]
}

/** A working step: its result is the function's return value. */
export interface WorkEvent extends SentByStep, WithArgs {
  kind: 'work'
  /** `$states.context.State.RetryCount`: 0 for the first try. */
  retries: number
  /** Tries in all that the machine allows the author's retry: for the log line `retry 2 of 3`. 1 = no retry. */
  maxAttempts: number
  /** The author's limit for one try, if there is one: handed on to the step as `Tools.timeoutSeconds`. */
  timeoutSeconds?: number
  /** True for the steps that are reached from the start without passing another work or wait step. */
  first?: true
  /** The output is of use only as it is: one that is too large to be carried is an error. */
  whole?: true
}

/** The moment when a step was entered; of a script that failed, what with as well. */
export type Traced = string | { at: string; error: string; cause: string }

/** What the steps that no function records have left: moments entered, and small values, by step id. */
interface WithTrace {
  trace: Record<string, Traced>
  seen: Record<string, Json>
}

/** A waiting step: opens the wait; its result is the answer's output, by task token. */
export interface AskEvent extends SentByStep, WithArgs, WithTrace {
  kind: 'ask'
  token: string
  /** How long the wait may stand open; the state's own timeout lies 1 s later. */
  timeoutSeconds: number
  /** What happens then: `fail`, `branch` (the `timeout` row), or a decision. */
  onTimeout: 'fail' | 'branch' | { decision: 'approve' | 'reject' }
  first?: true
}

/** A `flow` step: starts the child run, whose end answers the token with its output or error. */
export interface SubflowEvent extends SentByStep, WithArgs, WithTrace {
  kind: 'subflow'
  token: string
  timeoutSeconds: number
  first?: true
}

/** A wait ran out of time. */
export interface ExpireEvent extends SentByStep {
  kind: 'expire'
  /** `EnteredTime` of the wait that ran out (`at` is this state's own). */
  askedAt: string
}

/** A body of the step failed, and the run goes on: what stands open in the others is closed. */
export interface LeaveEvent extends SentByStep {
  kind: 'leave'
  /** Ids of the steps inside that may stand still. */
  held: string[]
}

/** The run reached its last state: `finish` with its output, `failed` with its error. */
export interface EndEvent extends Sent, WithTrace {
  kind: 'end'
  outcome: 'completed' | 'failed'
  output?: Json
  error?: { stepId: string | null; error: string; cause: string }
  /** The declared output schema, checked before the end is recorded. */
  schema?: JsonObject
  /** Id of the last step entered at the top level, if known. */
  lastStepId?: string | null
}
