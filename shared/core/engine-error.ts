import { isTransient } from '../aws/transient.ts'
import type { World } from '../world.ts'

/** The error that tells the engine to try again by itself, before the author's own retries (aws.md 1.4). */
const tryAgain = 'Lambda.ServiceException'

/** An error as the engine gets it: its name is the code, and it carries no stack (aws.md 1.4). */
export function engineError(code: string, message: string): Error {
  const error = new Error(message)
  error.name = code
  error.stack = ''
  return error
}

/** True for what `engineError` made: a refusal of ours, not a failure of a service and not a bug. */
export function isEngineError(error: unknown): error is Error {
  return error instanceof Error && error.stack === ''
}

/** The error for a run that has ended: nothing is worked on any more. */
export function runCancelled(): Error {
  return engineError('RunCancelled', 'The run has ended')
}

/** Does work for the engine: what AWS refuses for load is tried again by the machine, a bug tells nothing. */
export async function forEngine<T>(world: World, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isEngineError(error)) throw error
    if (isTransient(error)) throw engineError(tryAgain, 'An AWS service was busy')
    const { name, stack } = error as Error
    world.log.error('A step function failed', { error: name, stack })
    throw engineError('internal_error', 'The step failed inside the service')
  }
}
