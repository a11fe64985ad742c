import type { Template } from './template.ts'

/** A state machine made ready to run: every state by its name, every expression read. */
export interface Program {
  arn: string
  name: string
  roleArn: string
  startAt: string
  timeoutSeconds: number | null
  /** State names are unique over all scopes. */
  states: ReadonlyMap<string, StateProgram>
}

/** A state as the interpreter runs it. */
export type StateProgram =
  | PassProgram
  | TaskProgram
  | ChoiceProgram
  | WaitProgram
  | ParallelProgram
  | MapProgram
  | SucceedProgram
  | FailProgram

/** What happens when a state is left: its variables and its output. */
export interface Leaving {
  assign: Template | null
  output: Template | null
}

interface Named {
  name: string
}

/** States that have one way on; null = the scope ends. */
interface Flowing extends Named, Leaving {
  next: string | null
}

/** A rule of `Retry`, defaults filled in. */
export interface RetrierProgram {
  errors: readonly string[]
  intervalSeconds: number
  maxAttempts: number
  backoffRate: number
  maxDelaySeconds: number | null
  jitter: boolean
}

/** A rule of `Catch`. */
export interface CatcherProgram extends Leaving {
  errors: readonly string[]
  next: string
}

/** States that can fail and be tried again. */
export interface Failing {
  retriers: readonly RetrierProgram[]
  catchers: readonly CatcherProgram[]
}

/** What a Pass state does. */
export interface PassProgram extends Flowing {
  type: 'Pass'
}

/** What a Task state calls, and how long it may take. */
export interface TaskProgram extends Flowing, Failing {
  type: 'Task'
  /** `lambda:invoke.waitForTaskToken`: the result comes by token. */
  byToken: boolean
  arguments: Template
  timeout: Template | null
  heartbeat: Template | null
}

/** One rule of a Choice state. */
export interface RuleProgram extends Leaving {
  condition: Template
  next: string
}

/** The rules of a Choice state, in order. */
export interface ChoiceProgram extends Named, Leaving {
  type: 'Choice'
  rules: readonly RuleProgram[]
  /** Null: without a rule that holds, the execution fails. */
  otherwise: string | null
}

/** Until when a Wait state stands still. */
export interface WaitProgram extends Flowing {
  type: 'Wait'
  seconds: Template | null
  timestamp: Template | null
}

/** The branches of a Parallel state. */
export interface ParallelProgram extends Flowing, Failing {
  type: 'Parallel'
  arguments: Template | null
  /** First states of the branches. */
  branches: readonly string[]
}

/** The items and the body of a Map state. */
export interface MapProgram extends Flowing, Failing {
  type: 'Map'
  items: Template | null
  selector: Template | null
  concurrency: Template | null
  startAt: string
}

/** How an execution ends well. */
export interface SucceedProgram extends Named {
  type: 'Succeed'
  output: Template | null
}

/** How an execution ends with an error. */
export interface FailProgram extends Named {
  type: 'Fail'
  error: Template | null
  cause: Template | null
}
