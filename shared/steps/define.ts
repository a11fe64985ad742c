import type * as z from 'zod'
import type { State } from '../asl/states.ts'
import type { Json, JsonObject, LogLevel, Outbound } from '../world.ts'

/** wait: stands still until answered; work: runs in a function; control: a native state; end: ends its scope. */
export type StepKind = 'wait' | 'work' | 'control' | 'end'

/** An error that a step ends with: `code` is what `retry.on` and `lastError.error` see. */
export class StepError extends Error {
  readonly code: string
  readonly data: JsonObject | undefined

  constructor(code: string, message: string, data?: JsonObject, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = code
    this.code = code
    this.data = data
  }
}

/** The run a step belongs to, as the machine carries it in its variable `run`. */
export interface RunRef {
  id: string
  orgId: string
  flowId: string
  /** null for a run of the draft. */
  version: number | null
  /** 0 for a run that no other run started; at most 10. */
  depth: number
  /** RFC 3339, UTC, milliseconds. */
  startedAt: string
}

/** What a working step may touch; handed to it by core/work.ts. */
export interface Tools {
  run: RunRef
  stepId: string
  /** 1 for the first try. */
  attempt: number
  /** The same over all attempts of this visit: sent on as `Idempotency-Key`. */
  effectKey: string
  /** W3C trace context of the run. */
  traceparent: string
  outbound: Outbound
  /** Writes a line to the run's log; masked before it is stored. */
  log(level: LogLevel, message: string, data?: JsonObject): void
}

/** What a waiting run asks, as it is stored on the wait row and shown by every face (conventions.md §8). */
export interface Question {
  /** `approval`, `client-tool`, `view`, `redirect`, `webauthn`, `prompt`. */
  kind: string
  [member: string]: Json
}

/** Who answers and when; the actor is the credential's, never the body's. */
export interface Answering {
  /** `user:<account>`, `key:<id>`, `link:<id>`, `timer` ... */
  actor: string
  accountId?: string
  email?: string
  /** RFC 3339, UTC, milliseconds. */
  at: string
}

/** What an acceptable answer becomes: what the engine is told, and what the record tells. */
export type Accepted =
  | { ok: true; output: Json; outcome: JsonObject }
  | { ok: false; error: string; cause: string; outcome: JsonObject }

/** What the compiler hands to a step so that it can write its own state; see compile/place.ts for the rest. */
export interface Place {
  /** State name = step id. */
  readonly id: string
  readonly [part: string]: unknown
}

interface StepBase<P> {
  type: string
  aliases?: string[]
  summary: string
  /** What authors may write; accepts a `{{ }}` template wherever a scalar is expected. */
  params: z.ZodType<P>
  /** Outcomes that `next` may name, besides `default`. */
  outcomes(params: P): string[]
  /** Raw nested graphs among the params: `{body}`, or one per branch. Absent = none. */
  bodies?(params: P): Record<string, unknown>
  /** Names that expressions inside the bodies may read besides the outer ones, e.g. `item`, `index`. */
  bodyNames?: string[]
  /** True if a `{{secrets.KEY}}` may stand in the params: only for steps that run in a function. */
  secrets: boolean
}

/** A step whose work is done by a function. */
export interface WorkStep<P = unknown> extends StepBase<P> {
  kind: 'work'
  compile(params: P, place: Place): Record<string, State>
  /**
   * Does the work. Params have their expressions evaluated, secrets resolved and sealed values opened.
   *
   * @throws {StepError} with the code that `retry` and the `error` outcome see.
   */
  run(params: JsonObject, tools: Tools): Promise<Json>
}

/** A step that asks and stands still until it is answered. */
export interface WaitStep<P = unknown> extends StepBase<P> {
  kind: 'wait'
  compile(params: P, place: Place): Record<string, State>
  /** The question, from params with their expressions evaluated. @throws {StepError} if they make no question. */
  ask(params: JsonObject): Question
  /**
   * Checks an answer against the question it belongs to. The answer has the shape of conventions.md §8:
   * `{decision, message?, form?}`, `{toolResult}` or `{actionId?, params}`.
   *
   * @throws {Fault} `validation_failed` with all issues; `conflict` reason `wait_mismatch` for an answer of another kind.
   */
  accept(question: Question, answer: JsonObject, answering: Answering): Accepted
}

/** A step that the engine runs by itself, or that ends its scope. */
export interface ControlStep<P = unknown> extends StepBase<P> {
  kind: 'control' | 'end'
  compile(params: P, place: Place): Record<string, State>
}

/** Any step type: one file in this folder, one line in index.ts. */
export type StepType = WorkStep | WaitStep | ControlStep | SubflowStep

/** A step that starts another flow and stands still until that run ends. */
export interface SubflowStep<P = unknown> extends StepBase<P> {
  kind: 'work'
  subflow: true
  compile(params: P, place: Place): Record<string, State>
}
