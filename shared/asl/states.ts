/** The part of Amazon States Language (JSONata) that Sluice writes and its local endpoint runs. */
export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | ParallelState
  | MapState
  | SucceedState
  | FailState

/** JSON in which any string may be a `{% JSONata %}` expression. */
export type Expressions = null | boolean | number | string | Expressions[] | { [member: string]: Expressions }

interface Flowing {
  Comment?: string
  Assign?: { [variable: string]: Expressions }
  Output?: Expressions
  Next?: string
  End?: true
}

/** One rule of `Retry`. */
export interface Retrier {
  ErrorEquals: string[]
  IntervalSeconds?: number
  MaxAttempts?: number
  BackoffRate?: number
  MaxDelaySeconds?: number
  JitterStrategy?: 'FULL' | 'NONE'
}

/** One rule of `Catch`. */
export interface Catcher {
  ErrorEquals: string[]
  Next: string
  Assign?: { [variable: string]: Expressions }
  Output?: Expressions
}

interface Failing {
  Retry?: Retrier[]
  Catch?: Catcher[]
}

/** Computes and assigns, without a call. */
export interface PassState extends Flowing {
  Type: 'Pass'
}

/** Calls a function, or with a token stands open until it is told. */
export interface TaskState extends Flowing, Failing {
  Type: 'Task'
  Resource: 'arn:aws:states:::lambda:invoke' | 'arn:aws:states:::lambda:invoke.waitForTaskToken'
  Arguments: { FunctionName: string; Payload: Expressions }
  TimeoutSeconds?: number | string
  HeartbeatSeconds?: number | string
}

/** One way out of a choice. */
export interface ChoiceRule {
  /** A `{% JSONata %}` expression that yields a boolean. */
  Condition: string
  Next: string
  Assign?: { [variable: string]: Expressions }
  Output?: Expressions
}

/** Goes the way of the first rule that holds. */
export interface ChoiceState {
  Type: 'Choice'
  Comment?: string
  Choices: ChoiceRule[]
  Default: string
  Assign?: { [variable: string]: Expressions }
  Output?: Expressions
}

/** Lets time pass. */
export interface WaitState extends Flowing {
  Type: 'Wait'
  Seconds?: number | string
  Timestamp?: string
}

/** Runs branches at once and waits for all. */
export interface ParallelState extends Flowing, Failing {
  Type: 'Parallel'
  Branches: Scope[]
  Arguments?: Expressions
}

/** Runs its body for each item. */
export interface MapState extends Flowing, Failing {
  Type: 'Map'
  Items: Expressions
  ItemSelector?: Expressions
  MaxConcurrency?: number | string
  ItemProcessor: Scope & { ProcessorConfig?: { Mode: 'INLINE' } }
}

/** Ends the execution with an output. */
export interface SucceedState {
  Type: 'Succeed'
  Comment?: string
  Output?: Expressions
}

/** Ends the execution with an error. */
export interface FailState {
  Type: 'Fail'
  Comment?: string
  Error?: string
  Cause?: string
}

/** States that run from `StartAt`: a machine, a branch, or the processor of a Map. */
export interface Scope {
  StartAt: string
  States: Record<string, State>
}

/** A whole state machine. */
export interface Machine extends Scope {
  Comment?: string
  QueryLanguage: 'JSONata'
  TimeoutSeconds: number
}
