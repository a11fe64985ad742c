import { isTransient } from '../aws/transient.ts'
import { Fault } from '../faults.ts'
import type { World } from '../world.ts'

/** The refusal of an id that does not exist in the organisation. */
export function noRun(): Fault {
  return new Fault('not_found', 'There is no such run')
}

/** The refusal for load: the caller may try again soon. */
export function unavailable(cause: unknown): Fault {
  return new Fault(
    'unavailable',
    'The service is busy; try again',
    { reason: 'throttled', retryAfterSeconds: 1 },
    cause,
  )
}

/**
 * Turns what AWS refuses for load, or loses on the way, into 503 (hardening.md F6); everything else is thrown as it is.
 *
 * @throws {Fault} `unavailable`.
 */
export async function answering<T>(world: World, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Fault || !isTransient(error)) throw error
    world.log.warn('An AWS call failed', { error: (error as Error).name })
    throw unavailable(error)
  }
}
