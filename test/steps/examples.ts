import { stepTypes } from '../../shared/steps/index.ts'
import type { JsonObject } from '../../shared/world.ts'

/** One use of every step type, as its own file shows it to authors. */
export const examples: Record<string, JsonObject> = Object.fromEntries(
  stepTypes.map(({ type, example }) => [type, example as JsonObject]),
)
