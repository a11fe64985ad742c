import type { FaultCode } from '../../faults.ts'

/** What each refusal is called, whatever the case (conventions.md §7). */
export const problemTitles: Record<FaultCode, string> = {
  invalid_request: 'The request is not right',
  method_not_allowed: 'The request is not right',
  request_timeout: 'The request is not right',
  unauthorized: 'A valid credential is needed',
  forbidden: 'This is not allowed',
  not_found: 'There is no such thing',
  conflict: 'The state forbids it',
  wait_already_answered: 'The wait has been answered',
  wait_expired: 'The wait has expired',
  run_finished: 'The run has ended',
  version_not_published: 'The version is not published',
  idempotency_in_progress: 'The first request is at work',
  idempotency_key_reused: 'The key was used for another request',
  etag_mismatch: 'It has changed since it was read',
  precondition_required: 'If-Match is needed',
  payload_too_large: 'The request is too large',
  unsupported_media_type: 'The content type is not taken',
  validation_failed: 'The request failed validation',
  run_failed: 'The run failed',
  rate_limited: 'Too many requests',
  concurrency_limit: 'Too many open runs',
  internal_error: 'Something went wrong here',
  enhance_unavailable: 'No model provider is configured',
  unavailable: 'Busy: try again',
}
