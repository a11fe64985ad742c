/** Refusals of AWS services after which nothing was done and the same call may be made again. */
const throttles = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'LimitExceededException',
])

/** Failures that say nothing about the request itself; it may have been carried out or not. */
const failures = new Set([
  'InternalServerError',
  'InternalServerException',
  'InternalFailure',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'KMSInternalException',
  'DependencyTimeoutException',
  'KeyUnavailableException',
  'InternalServiceError',
  'TransactionConflictException',
  'TransactionInProgressException',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'NetworkingError',
  'AbortError',
])

const sockets = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])

/** True if the service refused for load: surely nothing was done. */
export function isThrottle(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (throttles.has(error.name)) return true
  return reasonsOf(error).some(
    (code) => code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded',
  )
}

/** True if the call may succeed when it is made again: throttled, lost on the way, or met by another writer. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (
    isThrottle(error) ||
    failures.has(error.name) ||
    sockets.has(String((error as { code?: unknown }).code))
  )
    return true
  if (reasonsOf(error).includes('TransactionConflict')) return true
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }
  return ($metadata?.httpStatusCode ?? 0) >= 500
}

/** Why each write of a cancelled transaction failed. */
function reasonsOf(error: Error): string[] {
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] }
  return CancellationReasons.map(({ Code }) => Code ?? '')
}
