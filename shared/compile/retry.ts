import type { Retrier } from '../asl/states.ts'
import type { Retry } from '../definitions/graph.ts'

/** Errors of the function service that say nothing of the step (aws.md 1.4). */
export const transient: Retrier = {
  ErrorEquals: [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  JitterStrategy: 'FULL',
}

/** For calls that only write a record: whatever goes wrong is worth another try. */
export const stubborn: Retrier = { ...transient, ErrorEquals: ['States.TaskFailed'] }

/** The transient errors first, then what the author wants tried again: `maxAttempts` counts the first try. */
export function retriers(retry: Retry | undefined): Retrier[] {
  if (!retry || retry.maxAttempts <= 1) return [transient]
  const all = !retry.on || retry.on.length === 0 || retry.on.includes('States.ALL')
  // A cancelled run must not be worked on again.
  const never: Retrier[] = all ? [{ ErrorEquals: ['RunCancelled'], MaxAttempts: 0 }] : []
  return [transient, ...never, authorsRetrier(retry, all ? ['States.ALL'] : (retry.on as string[]))]
}

function authorsRetrier(retry: Retry, names: string[]): Retrier {
  const interval = Math.max(1, Math.ceil(retry.intervalSeconds))
  const most = retry.maxDelaySeconds === undefined ? undefined : Math.max(1, Math.ceil(retry.maxDelaySeconds))
  const retrier: Retrier = {
    ErrorEquals: names,
    IntervalSeconds: most === undefined ? interval : Math.min(interval, most),
    MaxAttempts: retry.maxAttempts - 1,
    BackoffRate: Math.max(1, retry.backoffRate),
  }
  // The engine wants the longest delay to be longer than the first.
  if (most === undefined) return retrier
  return most > interval ? { ...retrier, MaxDelaySeconds: most } : { ...retrier, BackoffRate: 1 }
}
