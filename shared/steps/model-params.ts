import * as z from 'zod'
import { address, anything, templated, text } from './params.ts'

const content = z.union([z.string(), z.array(z.record(z.string(), anything)).min(1)])
const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content })

/** What authors may write for whoever asks a model. */
export const modelParams = {
  model: text.optional(),
  messages: templated(z.array(message).min(1).max(500)).optional(),
  prompt: text.optional(),
  system: z.string().optional(),
  temperature: templated(z.number().min(0).max(2)).optional(),
  maxTokens: templated(z.int().min(1).max(1_000_000)).optional(),
  schema: z.record(z.string(), anything).optional(),
  baseUrl: address.optional(),
  apiKey: text.optional(),
}

interface Written {
  model?: string | undefined
  messages?: unknown
  prompt?: string | undefined
  baseUrl?: string | undefined
}

/** One question, and a model where the configuration cannot name one. */
export function checkModelParams(context: Parameters<z.core.CheckFn<Written>>[0]): void {
  const { model, messages, prompt, baseUrl } = context.value
  const say = (message: string, path: string[]) =>
    context.issues.push({ code: 'custom', message, path, input: context.value })
  if ((messages === undefined) === (prompt === undefined)) say('Expected either prompt or messages', [])
  if (baseUrl !== undefined && model === undefined)
    say('A baseUrl of your own needs a model: the configured one belongs to the configured provider', [
      'model',
    ])
}

/** Errors that mean the model took too long. */
export const modelTimeouts = ['Llm.Timeout']
