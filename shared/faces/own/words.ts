import type { Issue } from '../../faults.ts'
import { isRetryable, type PublicCode, publicCode, type Words } from '../../http/words.ts'

/** Titles, fixed per code (conventions.md §7). */
const titles: Record<PublicCode, string> = {
  invalid_request: 'The request is not right',
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

/** How Sluice's own routes print refusals: problem documents (RFC 9457). */
export const ownWords: Words = (fault, { requestId, path, baseUrl }) => {
  const code = publicCode(fault.code)
  const bug = code === 'internal_error'
  const { issues, allow: _, ...members } = bug ? {} : fault.details
  return {
    status: fault.status,
    contentType: 'application/problem+json',
    body: {
      type: `${baseUrl}/problems/${code}`,
      title: titles[code],
      status: fault.status,
      ...(bug ? {} : { detail: fault.message }),
      instance: path,
      code,
      requestId,
      retryable: isRetryable(fault),
      ...(issues ? { errors: issues.map(printed) } : {}),
      ...members,
    },
  }
}

/** Places in the body are pointers; a place in the query is `?name`, one in a header its name. */
function printed({ path, code, message, ...more }: Issue): Record<string, unknown> {
  return { pointer: path.startsWith('/') || path === '' ? `#${path}` : path, code, detail: message, ...more }
}
