import type { Clock, Json, Log } from '../../../../shared/world.ts'
import type { Frame } from './execution.ts'

/** Evaluates JSONata; the contained pool of shared/expressions is one. */
export interface Evaluator {
  /** The value at once, where that can be; undefined = ask `evaluate`. */
  evaluateNow?(
    source: string,
    input: unknown,
    bindings: Record<string, unknown>,
  ): { value: unknown } | undefined
  /** @throws an error with `code` and `message`; with the code `expression_busy` it is asked again. */
  evaluate(
    source: string,
    input: unknown,
    bindings: Record<string, unknown>,
    options?: { group?: string },
  ): Promise<Json | undefined>
}

/** What became of a function's invocation. */
export type Invoked = { payload: Json } | { errorType: string; errorMessage: string; trace?: string[] }

/** Invokes a function by name, as Lambda would; never rejects. */
export type Invoke = (functionName: string, payload: unknown) => Promise<Invoked>

/** What the states of a machine need to run. */
export interface Machinery {
  readonly clock: Clock
  readonly log: Log
  readonly pool: Evaluator
  readonly invoke: Invoke
  /** Goes on with a frame until it waits or ends. */
  drive(frame: Frame): void
}
