import type { JsonObject } from './world.ts'

/** An error that a step ends with: `code` is what `retry.on` and `lastError.error` see. */
export class StepError extends Error {
  readonly code: string
  readonly data: JsonObject | undefined

  constructor(code: string, message: string, data?: JsonObject, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = code
    this.code = code
    this.data = data
  }
}
