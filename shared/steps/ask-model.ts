import type { Json, JsonObject } from '../world.ts'
import type { Tools } from './define.ts'
import { modelAddress } from './model-address.ts'
import { modelBody } from './model-body.ts'
import { askModel, type ModelReply } from './model-call.ts'

/** The guarded client ends every call after a minute. */
const longestSeconds = 60

/**
 * Asks the model that a step's params name, and notes the tokens it took.
 *
 * @param more messages after the author's own, `extra` members of the body besides the usual.
 * @throws {StepError} the codes of `askModel`, `Llm.NotConfigured`.
 */
export async function askForStep(
  args: JsonObject,
  tools: Tools,
  { more = [], extra = {} }: { more?: Json[]; extra?: JsonObject } = {},
): Promise<ModelReply> {
  const address = await modelAddress(args, tools.provider)
  const reply = await askModel(tools.outbound, address, {
    body: { ...modelBody(args, more), ...extra },
    headers: { 'idempotency-key': tools.effectKey, traceparent: tools.traceparent },
    timeoutMs: Math.min(tools.timeoutSeconds ?? longestSeconds, longestSeconds) * 1000,
  })
  const { inputTokens, outputTokens } = reply.usage
  const model = address.model.slice(0, 200)
  tools.used({ model, inputTokens, outputTokens })
  tools.log('info', 'Model answered', { model, input_tokens: inputTokens, output_tokens: outputTokens })
  return reply
}
