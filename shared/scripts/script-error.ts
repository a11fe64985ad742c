/**
 * How a script can fail; `retry.on` and `lastError.error` see these names.
 *
 * - `Script.Error`: it threw; the message says what.
 * - `Script.Syntax`: it is no JavaScript function body.
 * - `Script.Timeout`: it ran too long. Takes the `timeout` row.
 * - `Script.Memory`: it used more memory than it may.
 * - `Script.TooDeep`: it called itself, or nested its text or data, too deep.
 * - `Script.NotJson`: what it returned is no JSON: a function, a promise, a circle, NaN ...
 * - `Script.InputTooLarge`, `Script.OutputTooLarge`: over 256 KiB, or its input is nested more than 64 levels deep.
 */
export type ScriptErrorCode =
  | 'Script.Error'
  | 'Script.Syntax'
  | 'Script.Timeout'
  | 'Script.Memory'
  | 'Script.TooDeep'
  | 'Script.NotJson'
  | 'Script.InputTooLarge'
  | 'Script.OutputTooLarge'

/** The engine's own names for a function service in trouble: machines try again by themselves. */
export type BusyCode = 'Lambda.TooManyRequestsException' | 'Lambda.ServiceException'

/** An error as the engine gets it: its name is the code, and it carries no stack (aws.md 1.4). */
export class ScriptError extends Error {
  readonly code: ScriptErrorCode | BusyCode

  constructor(code: ScriptErrorCode | BusyCode, message: string) {
    super(message)
    this.name = code
    this.code = code
    this.stack = ''
  }
}
