import type * as z from 'zod'
import type { Expressions, State } from '../asl/states.ts'
import type { Node } from '../definitions/graph.ts'
import type { Feature, Json, JsonObject, LogLevel, ModelProvider, Outbound } from '../world.ts'
import type { TurnsOptions } from './turns.ts'
import type { CodeTools, PasskeyTools, TicketTools, UserTools } from './user-tools.ts'

/** wait: stands still until answered; work: runs in a function; control: a native state; end: ends its scope. */
export type StepKind = 'wait' | 'work' | 'control' | 'end'

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
  /** The run that this one runs again. */
  rerunOf?: string
}

/** An e-mail, with at least one of `text` and `html`. */
export interface Message {
  to: string[]
  subject: string
  text?: string
  html?: string
  replyTo?: string
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
  /** The author's limit for one try, in seconds; absent = the step's own default. */
  timeoutSeconds?: number
  /** Milliseconds since 1970; absent = the machine's clock. */
  now?(): number
  outbound: Outbound
  /**
   * Hands a message to the mail service.
   *
   * @throws {StepError} as `steps/email.ts` lists them.
   */
  sendMail(message: Message): Promise<{ messageId: string }>
  /** Seals a text: records hide it, later working steps of the run are given it. */
  hide(text: string): Promise<string>
  /** A secret of 43 characters, the same over all attempts of this visit, and of no use for anything else. */
  derive(use: string): Promise<string>
  users: UserTools
  codes: CodeTools
  tickets: TicketTools
  /** Writes a line to the run's log; masked before it is stored. */
  log(level: LogLevel, message: string, data?: JsonObject): void
  /** The operator's provider of models; null if none is configured. Its key is for its own address alone. */
  provider(): Promise<ModelProvider | null>
  /**
   * What keeps a value from fitting a JSON Schema 2020-12, in one line; null = it fits.
   *
   * @throws {StepError} `Llm.BadSchema` for a schema that cannot be used.
   */
  misfit(schema: JsonObject, value: Json): Promise<string | null>
  /** Notes the tokens of a model's answer, also if the try then fails. */
  used(tokens: ModelTokens): void
}

/** What a model took and gave: counted as credits by its name. */
export interface ModelTokens {
  model: string
  inputTokens: number
  outputTokens: number
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
  /** For a step that needs it. */
  state?: string
  passkeys?: PasskeyTools
}

/** What an acceptable answer becomes: what the engine is told, and what the record tells. */
export type Accepted =
  | {
      ok: true
      output: Json
      outcome: JsonObject
      /** Paths into `output` of values that must not be seen: sealed before anything else sees them. */
      sealed?: string[][]
      /** Paths into `output` of values that name files: the core checks them, keeps them for the run and tells what they are. */
      files?: string[][]
    }
  | { ok: false; error: string; cause: string; outcome: JsonObject }

/** States by name, in the order in which they are entered. */
export type States = Record<string, State>

/** A way out of a step that is chosen by its result. */
export interface Route {
  outcome: string
  /** JSONata that is true if the result, read from the given variable, takes this way. It must not be able to fail. */
  when(variable: string): string
}

/** How a working step is compiled. */
export interface WorkOptions {
  /** Ways out besides `default`, in the order in which they are tried. */
  routes?: Route[]
  /** The outcome that an ordinary result takes; `default` if absent. */
  outcome?: string
  /** Error names that take the `timeout` row as well as `States.Timeout` does. */
  timeouts?: string[]
}

/** How a waiting step is compiled. */
export interface AskOptions extends WorkOptions {
  /** What happens when nobody answers in time; absent = the `timeout` row, else the `error` row, else the run fails. */
  onTimeout?: 'fail' | 'branch' | { decision: 'approve' | 'reject' }
  /** Somebody else than the run's starter must answer: that may take longer. @default false */
  forOthers?: boolean
}

/** One case of a choice. */
export interface Case {
  when: Json
  /** An outcome with a row in `next`, or the id of a step of the same scope. */
  to: string
}

/** What the compiler hands to a step so that it can write its own states; made in compile/place.ts. */
export interface Place {
  /** State name = step id. */
  readonly id: string
  readonly node: Node
  /** True if `next` has a row for the outcome itself (not by falling back to `default`). */
  has(outcome: string): boolean
  /** A param as it stands in the machine: templates become expressions that cannot fail, all else stays as it is. */
  value(param: Json): Expressions
  /** A param as text: JSONata between the delimiters, or the text itself. */
  text(param: Json): string
  /** JSONata (without delimiters) of a text's value; null where something is missing. */
  formula(param: string): string
  /** A state that has its output at once; `undefined` = it leaves none. */
  pass(output: Expressions | undefined): States
  /** A state that waits for a time given by `Seconds` or `Timestamp`. */
  hold(timing: { Seconds: number | string } | { Timestamp: string }): States
  /** A state that goes the way of the first case that is true, else of the outcome `otherwise`. */
  choose(cases: Case[], otherwise: string): States
  /** A call of the step function. Secrets in `args` are sent as marked references. */
  work(args: JsonObject, options?: WorkOptions): States
  /** A question that stands open until it is answered. */
  ask(args: JsonObject, options?: AskOptions): States
  /** A child run that is waited for. */
  subflow(args: JsonObject): States
  /** A call of the script function. Without `input` it gets seed 003's: the latest output, laid over the run's inputs. */
  script(code: string, input: Json | undefined, options?: WorkOptions): States
  /** Calls of the step function that alternate with calls of tools, until one of them says that it is done. */
  turns(options: TurnsOptions): States
  /** The body `body` once per item. */
  each(options: EachOptions): States
  /** The body `body` as long as the condition holds. */
  loop(when: Json, maxIterations: number | undefined): States
  /** All bodies at the same time. */
  parallel(): States
  /** Ends the scope with an output. */
  end(output: Expressions): States
  /** Ends the scope with an error. */
  fail(code: Json, message: Json): States
}

/** How the items of a list are gone through. */
export interface EachOptions {
  items: Json
  /** Items at a time, 1-40. */
  concurrency: number
  /** `continue`: a failed item stands as `{error}` in the list. */
  onItemError: 'stop' | 'continue'
  /** Absent = as many as the history of one run bears. */
  maxItems: number | undefined
}

/**
 * What a param's values are chosen from: the organisation's flows; published versions of the flow that `flowId` names;
 * its accounts; the models of this deployment; the registered return addresses.
 */
export type Choice = 'flows' | 'versions' | 'accounts' | 'models' | 'return-urls'

interface StepBase<P> {
  type: string
  aliases?: string[]
  summary: string
  /** What authors may write; accepts a `{{ }}` template wherever a scalar is expected. */
  params: z.ZodType<P>
  /** Members that its output always has; empty where params or an answer make it, and where there is none. */
  output: string[]
  /** One use of it, as an author writes the params: editors show it, and the family's tests try it. */
  example: P
  /** Params whose values are chosen from what the organisation or the draft has. */
  choices?: Record<string, Choice>
  /** The same for members of the objects in a list among the params. */
  listChoices?: Record<string, Record<string, Choice>>
  /** What the operator must have set up for it; absent = nothing. */
  feature?: Feature
  /** Outcomes that `next` may name, besides `default`. */
  outcomes(params: P): string[]
  /** Those of them that are errors where `next` has no row for them. */
  needsRows?: string[]
  /** Raw nested graphs among the params: `{body}`, or one per branch. Absent = none. */
  bodies?(params: P): Record<string, unknown>
  /**
   * How the bodies run: `loop` one after another among the variables around it, `item` and `branch` each with variables
   * of its own.
   */
  bodyKind?: 'loop' | 'item' | 'branch'
  /** Names that expressions inside the bodies may read besides the outer ones, e.g. `item`, `index`. */
  bodyNames?: string[]
  /** True if a `{{secrets.KEY}}` may stand in the params: only for steps that run in a function. */
  secrets: boolean
  /** True for a step that leaves no output: `last` stays what it was. */
  silent?: true
  /** Context name that always means the latest output of this type, e.g. `approval`. */
  latestAs?: string
  /** True if an outcome without a row in `next` may be the id of a step of the same scope. */
  outcomesAreSteps?: true
  /** True if the params name the outcomes: editors offer them for `next`. */
  outcomesInParams?: true
  /**
   * True if any row of `next` is good: rows besides `default`, `error` and `timeout` name values that the step may have. With
   * such rows it is a condition, and leaves `last` as it was.
   */
  outcomesAreValues?: true
  /** Params that are texts of another language: `{{` in them is no template. Absent = none. */
  literals?: string[]
  /** How often the bodies may run: at most `limit`, or what the params say. */
  repeats?: { limit: number; of(params: P): number | undefined }
  /** Seconds that the step stands still by itself; Infinity if that is known at run time only. */
  holdsSeconds?(params: P): number
  /**
   * For a step of many states, which works in turns: a record per turn and per tool, each followed by a choice. Its
   * machine is Standard. `waits`: a run may stand still in it. `rounds`: turns and tools at the most; `events`: the most
   * history that one visit writes.
   */
  turns?: { waits(params: P): boolean; rounds(params: P): number; events(params: P): number }
  /** Names that expressions in one of its params may read besides the outer ones, by that param. */
  paramNames?: Record<string, string[]>
  /** JSON Schemas among the params: checked when the flow is saved. */
  schemas?(params: P): Placed<JsonObject>[]
  /** Flows that the params name; of what could not be read nothing. */
  flows?(params: P): Placed<string>[]
}

/** A value of the params, and where it stands in them. */
export interface Placed<T> {
  path: (string | number)[]
  value: T
}

/** A step whose work is done by a function. */
export interface WorkStep<P = unknown> extends StepBase<P> {
  kind: 'work'
  /** Params that are hidden in records and masked in what the step leaves, also if nobody had sealed them. */
  hides?: string[]
  compile(params: P, place: Place): States
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
  compile(params: P, place: Place): States
  /** What `ask` and `accept` are given of the wait and its organisation; absent = nothing. */
  needs?: (keyof Known)[]
  /** The question, from params with their expressions evaluated. @throws {StepError} if they make no question. */
  ask(params: JsonObject, known?: Known): Question
  /** The question that takes this one's place before an answer is looked at: what it holds is good for one answer. */
  renew?(question: Question, challenge: Challenge): Question
  /**
   * Checks an answer against the question it belongs to. The answer has the shape of conventions.md §8:
   * `{decision, message?, form?}`, `{toolResult}` or `{actionId?, params}`.
   *
   * @throws {Fault} `validation_failed` with all issues; `conflict` reason `wait_mismatch` for an answer of another kind.
   */
  accept(question: Question, answer: JsonObject, answering: Answering): Accepted | Promise<Accepted>
}

/** What only the core knows of a wait. */
export interface Known {
  /** Made of the wait's id, of no use for any other: what comes back from another site must bring it along. */
  state?: string
  /** Addresses that the organisation has registered for the way back. */
  returnUrls?: string[]
  /** Random, of 32 bytes as base64url, and when it was made. */
  challenge?: Challenge
  passkeys?: PasskeyTools
}

/** What must come back signed. */
export interface Challenge {
  text: string
  /** RFC 3339. */
  at: string
}

/** A step that the engine runs by itself, or that ends its scope. */
export interface ControlStep<P = unknown> extends StepBase<P> {
  kind: 'control' | 'end'
  compile(params: P, place: Place): States
}

/** Any step type: one file in this folder, one line in index.ts. */
export type StepType = WorkStep | WaitStep | ControlStep | SubflowStep | ScriptStep

/** A step whose work is done by a function that may keep no record: the machine's trace tells of it. */
export interface ScriptStep<P = unknown> extends StepBase<P> {
  kind: 'work'
  unrecorded: true
  compile(params: P, place: Place): States
}

/** A step that starts another flow and stands still until that run ends. */
export interface SubflowStep<P = unknown> extends StepBase<P> {
  kind: 'work'
  subflow: true
  compile(params: P, place: Place): States
}
