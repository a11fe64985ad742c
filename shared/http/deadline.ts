import type { Clock } from '../world.ts'

/** What a function needs to send its answer off, in milliseconds. */
const marginMs = 300

/** An answer did not come before the function's own end. */
export class OutOfTime extends Error {
  constructor() {
    super('The answer did not come within the time of the function')
    this.name = 'OutOfTime'
  }
}

/**
 * Answers before the function is stopped: who calls then gets an answer in the face's words, with a request id.
 *
 * @throws {OutOfTime}
 */
export async function withinTime<T>(clock: Clock, remainingMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const cancel = clock.after(Math.max(0, remainingMs - marginMs), () => late.reject(new OutOfTime()))
  try {
    return await Promise.race([work, late.promise])
  } finally {
    cancel()
  }
}
