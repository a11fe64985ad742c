import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'
import type { Tools } from './define.ts'
import { readJson } from './json-text.ts'
import type { ModelReply } from './model-call.ts'

/**
 * The value that a model wrote as JSON, checked against the schema it was given.
 *
 * @throws {StepError} `Llm.SchemaMismatch` for text that is no JSON or does not fit; `Llm.BadSchema` for a schema that
 *   nothing can be checked against.
 */
export async function readOutput(
  { content, cut }: ModelReply,
  schema: JsonObject,
  tools: Pick<Tools, 'misfit'>,
): Promise<Json> {
  const value = readJson(unfenced(content))
  const why = cut ? ': it was cut at its most tokens' : ''
  if (value === undefined)
    throw new StepError('Llm.SchemaMismatch', `The model did not answer with JSON${why}`)
  const misfit = await tools.misfit(schema, value)
  if (misfit !== null)
    throw new StepError('Llm.SchemaMismatch', `The model’s answer does not fit the schema: ${misfit}`)
  return value
}

/** Models like to put JSON into a fence of Markdown. */
export function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i.exec(text)?.[1] ?? text
}
