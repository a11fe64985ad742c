import type { Fault, Issue } from '../../faults.ts'
import { type PublicCode, publicCode, type Words } from '../../http/words.ts'

/** Codes in the words of this face: one of them is called otherwise. */
type Code = Exclude<PublicCode, 'validation_failed'> | 'validation_error'

/** One fixed sentence per code; nothing of the request is echoed in it. */
const sentences: Record<Code, string> = {
  invalid_request: 'The request was invalid',
  unauthorized: 'Authentication is required or failed',
  forbidden: "The authenticated user doesn't have permission",
  not_found: 'The requested resource was not found',
  conflict: 'The request conflicts with the current state',
  wait_already_answered: 'The wait has already been answered',
  wait_expired: 'The wait has expired',
  run_finished: 'The execution has already ended',
  version_not_published: 'The flow has no published version',
  idempotency_in_progress: 'The first request with this key is still running',
  idempotency_key_reused: 'The key was used for another request',
  etag_mismatch: 'The flow has changed since it was read',
  precondition_required: 'The request must be conditional',
  payload_too_large: 'The request is too large',
  unsupported_media_type: 'The content type is not supported',
  validation_error: 'The request failed validation',
  run_failed: 'The execution failed',
  rate_limited: 'Too many requests',
  concurrency_limit: 'Too many executions are open',
  internal_error: 'An internal server error occurred',
  enhance_unavailable: 'No model provider is configured',
  unavailable: 'The service is busy; try again',
}

/** How seed 003 prints refusals (headless-runner-executions.md 1.1). */
export const runnerWords: Words = (fault, { requestId }) => {
  const shape = fault.code === 'validation_failed' && (fault.details.issues ?? []).some(isShape)
  const code = codeOf(fault, shape)
  const details = code === 'internal_error' ? { request_id: requestId } : detailsOf(fault)
  return {
    status: shape ? 400 : fault.status,
    contentType: 'application/json',
    body: { error: { code, message: sentences[code], ...(details ? { details } : {}) } },
  }
}

/** A member that is missing or of another JSON type is a bad request, because the seed prints it so. */
function codeOf(fault: Fault, shape: boolean): Code {
  const code = publicCode(fault.code)
  if (code !== 'validation_failed') return code
  return shape ? 'invalid_request' : 'validation_error'
}

/** What lies inside a definition or the inputs is judged by the flow, not by the shape of this body. */
function isShape({ code, path }: Issue): boolean {
  return (code === 'required' || code === 'invalid_type') && !/^\/(input|inputs|definition)\//.test(path)
}

function detailsOf({ details }: Fault): Record<string, unknown> | undefined {
  const { issues = [], reason, etag } = details
  const [first, ...more] = issues
  if (first === undefined) {
    const told = { ...(reason === undefined ? {} : { reason }), ...(etag === undefined ? {} : { etag }) }
    return Object.keys(told).length > 0 ? told : undefined
  }
  const { field, reason: why } = printed(first)
  return { field, reason: why, ...(more.length > 0 ? { errors: issues.map(printed) } : {}) }
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

/** A pointer as a path with dots: `/input/customerId` -> `input.customerId`; a definition is one field. */
function fieldOf(pointer: string): string {
  const path = pointer.replace(/^[/?]/, '').replaceAll('/', '.')
  return path.startsWith('definition.') ? 'definition' : path
}

function reasonOf({ code, path, message }: Issue): string {
  if (code !== 'required') return message
  const name = path.split('/').at(-1) ?? ''
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} is required`
}
