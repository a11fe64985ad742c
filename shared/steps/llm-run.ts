import type { Json, JsonObject } from '../world.ts'
import { askForStep } from './ask-model.ts'
import type { Tools } from './define.ts'
import { readOutput } from './model-output.ts'

/** Asks once, and reads the answer as JSON where there is a schema. @throws {StepError} the codes named in llm.ts. */
export async function runLlm(args: JsonObject, tools: Tools): Promise<Json> {
  const reply = await askForStep(args, tools)
  const { schema } = args
  const output = schema === undefined ? {} : { output: await readOutput(reply, schema as JsonObject, tools) }
  return { response: reply.content, ...output, usage: { ...reply.usage } }
}
