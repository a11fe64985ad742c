import type { Fault, Issue } from '../../faults.ts'
import { publicCode, type Words } from '../../http/words.ts'

/** One fixed sentence per code; nothing of the request is echoed in it. */
const sentences: Record<string, string> = {
  invalid_request: 'The request was invalid',
  unauthorized: 'Authentication is required or failed',
  forbidden: "The authenticated user doesn't have permission",
  not_found: 'The requested resource was not found',
  conflict: 'The request conflicts with the current state',
  run_finished: 'The execution has already ended',
  version_not_published: 'The flow has no published version',
  idempotency_in_progress: 'The first request with this key is still running',
  idempotency_key_reused: 'The key was used for another request',
  etag_mismatch: 'The flow has changed since it was read',
  payload_too_large: 'The request is too large',
  unsupported_media_type: 'The content type is not supported',
  validation_error: 'The request failed validation',
  rate_limited: 'Too many requests',
  concurrency_limit: 'Too many executions are open',
  internal_error: 'An internal server error occurred',
  unavailable: 'The service is busy; try again',
}

/** How seed 003 prints refusals (headless-runner-executions.md 1.1). */
export const runnerWords: Words = (fault, { requestId }) => {
  // A member that is missing or of another JSON type is a bad request, because the seed prints it so.
  const shape = fault.code === 'validation_failed' && isShape(fault.details.issues)
  const code = shape
    ? 'invalid_request'
    : fault.code === 'validation_failed'
      ? 'validation_error'
      : publicCode(fault.code)
  const details = code === 'internal_error' ? { request_id: requestId } : detailsOf(fault)
  return {
    status: shape ? 400 : fault.status,
    contentType: 'application/json',
    body: { error: { code, message: sentences[code] ?? fault.message, ...(details ? { details } : {}) } },
  }
}

function isShape(issues: Issue[] | undefined): boolean {
  return (
    issues?.some(
      ({ code, path }) => (code === 'required' || code === 'invalid_type') && !path.startsWith('/input/'),
    ) ?? false
  )
}

function detailsOf({ details }: Fault): Record<string, unknown> | undefined {
  const { issues, reason, etag } = details
  const [first, ...more] = issues ?? []
  if (first === undefined) {
    const told = { ...(reason === undefined ? {} : { reason }), ...(etag === undefined ? {} : { etag }) }
    return Object.keys(told).length > 0 ? told : undefined
  }
  return {
    field: fieldOf(first.path),
    reason: reasonOf(first),
    ...(more.length > 0 ? { errors: [first, ...more].map(printed) } : {}),
  }
}

function printed(issue: Issue): Record<string, unknown> {
  const { code, stepId, line, column } = issue
  return {
    field: fieldOf(issue.path),
    reason: reasonOf(issue),
    code,
    ...(stepId === undefined ? {} : { step_id: stepId }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }
}

/** A pointer as a path with dots: `/input/customerId` -> `input.customerId`; everything in a definition is `definition`. */
function fieldOf(pointer: string): string {
  const path = pointer.replace(/^[/?]/, '').replaceAll('/', '.')
  return /^(nodes|steps|metadata|triggers|inputs|settings|output|start|definition)(\.|$)/.test(path)
    ? 'definition'
    : path
}

function reasonOf({ code, path, message }: Issue): string {
  if (code !== 'required') return message
  const name = path.split('/').at(-1) ?? ''
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} is required`
}
