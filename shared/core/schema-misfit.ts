import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import { misfit } from './output-check.ts'

/**
 * What keeps a value from fitting an author's schema; null = it fits.
 *
 * @throws {StepError} `Llm.BadSchema` for a schema that cannot be used, e.g. one that refers to nothing.
 */
export function schemaMisfit(schema: JsonObject, value: Json): string | null {
  try {
    return misfit(schema, value)
  } catch (error) {
    throw new StepError('Llm.BadSchema', 'The schema cannot be used', undefined, error)
  }
}
