/** An error as the states language knows it: a name that Retry and Catch can match, and a text. */
export class StateError extends Error {
  readonly error: string
  override readonly cause: string
  /** For a failed evaluation: the field of the state, e.g. `Assign/total`. */
  readonly location: string | null

  constructor(error: string, cause: string, location: string | null = null) {
    super(`${error}: ${cause}`)
    this.error = error
    this.cause = cause
    this.location = location
  }
}

/** An expression failed, gave nothing, or gave a value that the field cannot take. */
export function evaluationFailed(cause: string, location: string): StateError {
  return new StateError('States.QueryEvaluationError', cause, location)
}

/** A value is larger than the engine carries. */
export function dataLimitExceeded(what: string): StateError {
  return new StateError(
    'States.DataLimitExceeded',
    `${what} has a size exceeding the maximum number of bytes service limit.`,
  )
}

/** Ends the execution whatever it would retry or catch. */
export function runtimeError(cause: string): StateError {
  return new StateError('States.Runtime', cause)
}

/** True if one of the names in `ErrorEquals` stands for the error (aws.md 1.4). */
export function matches(names: readonly string[], error: string): boolean {
  if (error === 'States.Runtime') return false
  if (names.includes(error)) return true
  if (error === 'States.DataLimitExceeded') return false
  if (names.includes('States.ALL')) return true
  // A missed heartbeat is a kind of timeout, and has a name of its own.
  if (error === 'States.HeartbeatTimeout') return names.includes('States.Timeout')
  return error !== 'States.Timeout' && names.includes('States.TaskFailed')
}
