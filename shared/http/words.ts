import type { Fault, FaultCode } from '../faults.ts'

/** A refusal as one face prints it. */
export interface Printed {
  status: number
  contentType: string
  body: unknown
  headers?: Record<string, string>
}

/** What a refusal is about, besides itself. */
export interface Occasion {
  requestId: string
  /** The path of the request. */
  path: string
  /** The request's `Accept`. */
  accept?: string | undefined
  /** Public base URL without trailing slash. */
  baseUrl: string
}

/** How a face prints refusals (conventions.md §7). */
export type Words = (fault: Fault, occasion: Occasion) => Printed

/** Codes as they are published. */
export type PublicCode = Exclude<FaultCode, 'method_not_allowed' | 'request_timeout'>

/** The code as it is published: a wrong method and a slow body are bad requests with a status of their own. */
export function publicCode(code: FaultCode): PublicCode {
  return code === 'method_not_allowed' || code === 'request_timeout' ? 'invalid_request' : code
}

/** True if the same request may succeed later. */
export function isRetryable({ code, status }: Fault): boolean {
  return code === 'idempotency_in_progress' || status === 429 || status === 503
}
