/**
 * Every refusal that Sluice can make, as code -> HTTP status (faces/conventions.md §7). A face chooses the words on the
 * wire; whoever throws picks a row. What is not a `Fault` is a bug and leaves as a bare 500.
 */
const statuses = {
  invalid_request: 400,
  method_not_allowed: 405,
  request_timeout: 408,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  wait_already_answered: 409,
  wait_expired: 410,
  run_finished: 409,
  version_not_published: 409,
  idempotency_in_progress: 409,
  idempotency_key_reused: 422,
  etag_mismatch: 412,
  precondition_required: 428,
  payload_too_large: 413,
  unsupported_media_type: 415,
  validation_failed: 422,
  run_failed: 422,
  rate_limited: 429,
  concurrency_limit: 429,
  internal_error: 500,
  enhance_unavailable: 501,
  unavailable: 503,
} as const

/** The name of one kind of refusal. */
export type FaultCode = keyof typeof statuses

/** All codes, in the order of the table above. */
export const faultCodes = Object.keys(statuses) as FaultCode[]

/** One place in a request or a definition that is wrong, and what would be right. */
export interface Issue {
  /** JSON pointer from the top of the body or document, e.g. `/nodes/score/next/default`. */
  path: string
  /** Stable word for the kind of problem, e.g. `required`, `unknown_target`. */
  code: string
  message: string
  stepId?: string
  line?: number
  column?: number
}

/** Members that a refusal carries besides its code; `issues` lists every problem, not the first only. */
export interface FaultDetails {
  /** Tells cases of one code apart, e.g. `not_waiting`, `revision`, `publish_busy`. */
  reason?: string
  issues?: Issue[]
  retryAfterSeconds?: number
  [member: string]: unknown
}

/** A refusal with a published code: the only error that reaches a caller as more than a bare 500. */
export class Fault extends Error {
  readonly code: FaultCode
  readonly details: FaultDetails

  constructor(code: FaultCode, message: string, details: FaultDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Fault'
    this.code = code
    this.details = details
  }

  /** The HTTP status that every face except 000 and 002 answers with. */
  get status(): number {
    return statuses[this.code]
  }
}

/** True if the error is a `Fault`, and, when a code is given, one of that code. */
export function isFault(error: unknown, code?: FaultCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code)
}
