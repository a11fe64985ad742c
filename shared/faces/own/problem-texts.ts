import type { FaultCode } from '../../faults.ts'

/** What is said of a refusal besides what the very case says. */
export interface ProblemText {
  means: string
  todo: string
}

/** Every refusal there is, as its page explains it. */
export const problemTexts: Record<FaultCode, ProblemText> = {
  invalid_request: {
    means:
      'The body, the query, a header or a cursor cannot be read, or the method is not one that this path has (405), or the body came too slowly (408). Nothing was done.',
    todo: 'Read detail and errors: each names a place and what would be right. Send the request again when it is mended; as it stands it will be refused again.',
  },
  method_not_allowed: {
    means:
      'The path exists, but not with this method. It is published as invalid_request with the status 405.',
    todo: 'Use one of the methods that the header Allow lists.',
  },
  request_timeout: {
    means: 'The body took too long to come. It is published as invalid_request with the status 408.',
    todo: 'Send it again over a faster connection. Large files go to the bucket by an upload URL.',
  },
  unauthorized: {
    means:
      'There is no Authorization header, or what it carries is unknown, expired or revoked. Which of these it is, is not told.',
    todo: 'Send Authorization: Bearer with an access token or an API key. Sign in again, or ask for a new key, if the one that you have has ended.',
  },
  forbidden: {
    means:
      'The credential is good, but its role, or the scopes of the key, do not allow this; or only a person who has signed in may do it.',
    todo: 'Use a credential with the scope that the operation lists in the OpenAPI document, or ask an administrator for the role.',
  },
  not_found: {
    means:
      'The path or an id in it names nothing. What belongs to another organisation is told in the same way.',
    todo: 'Check the id, and of which organisation the credential is. Paths are matched exactly: case and a trailing slash count.',
  },
  conflict: {
    means:
      'The request is well formed, but what it is about is in a state that does not allow it; reason says which.',
    todo: 'Read the thing again and decide anew. With the reason wait_not_named, name one of the waits that are listed.',
  },
  wait_already_answered: {
    means: 'Somebody else was first, or you answered otherwise before: a wait takes one answer.',
    todo: 'Nothing needs to be repeated. answeredBy, answeredAt and outcome tell what counts.',
  },
  wait_expired: {
    means: 'The answer came after expiredAt; the run went on in the way that its author chose for this.',
    todo: 'Read the run to see how it went on. An author may give the step more time.',
  },
  run_finished: {
    means: 'The run has completed, failed, timed out or been cancelled, so it takes no answers any more.',
    todo: 'Read the run, and start another if one is needed.',
  },
  version_not_published: {
    means: 'Nothing of the flow is published, or not the version that was named.',
    todo: 'Publish the flow, or name a version that is published.',
  },
  idempotency_in_progress: {
    means: 'A request with the same Idempotency-Key has not been answered yet.',
    todo: 'Wait for the seconds of Retry-After and send the same request again: it will get the answer of the first.',
  },
  idempotency_key_reused: {
    means: 'The same Idempotency-Key came before with another body or query within 24 hours.',
    todo: 'Use a new key for a new request, and the same key only for the same request.',
  },
  etag_mismatch: {
    means: 'The tag in If-Match is not that of the present state, so nothing was changed.',
    todo: 'Read it again, put your change onto what it is now, and send the new tag.',
  },
  precondition_required: {
    means: 'This may only be changed by whoever says which state was read.',
    todo: 'Read it, and send its ETag as If-Match.',
  },
  payload_too_large: {
    means: 'The body, the inputs or a file has more bytes than limitBytes.',
    todo: 'Send less. Large values go as files, by an upload URL.',
  },
  unsupported_media_type: {
    means:
      'The Content-Type is not one that this route reads, its charset is not UTF-8, or the body is encoded.',
    todo: 'Send one of the types in accepted, in UTF-8, without Content-Encoding.',
  },
  validation_failed: {
    means:
      'The request can be read, but what it says does not fit. Every problem is listed, not the first only.',
    todo: 'Mend each place that is listed, and send it again. Nothing was done, and a wait that was answered stays open.',
  },
  run_failed: {
    means:
      'The flow was started and ended without an output. The service is well; the flow, or what it called, is not.',
    todo: 'Read the run by appRunId. Sending the request again starts another run.',
  },
  rate_limited: {
    means: 'More requests came than limit allows in a minute. Nothing was done.',
    todo: 'Wait for the seconds of Retry-After before the next request.',
  },
  concurrency_limit: {
    means: 'As many runs are open as the flow or the organisation may have. No run was started.',
    todo: 'Start it again when runs have ended. A flow may queue its runs instead of refusing them.',
  },
  internal_error: {
    means: 'This is a mistake of the service; it has been logged under requestId.',
    todo: 'Tell the operator the requestId. Before you repeat a change, look whether it was made, or use an Idempotency-Key.',
  },
  enhance_unavailable: {
    means: 'The operator has set up no provider of models, so nothing can be written by one.',
    todo: 'Ask the operator to set one up.',
  },
  unavailable: {
    means: 'Something that is needed is busy or throttled; reason says what. Nothing was done.',
    todo: 'Wait for the seconds of Retry-After and send the same request again.',
  },
}
