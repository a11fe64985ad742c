import { StepError } from '../step-error.ts'
import type { Json, JsonObject } from '../world.ts'

type Args = { [name: string]: Json | undefined }

/** The body of a chat completion, without its model: messages, options, and the wish for JSON of the schema. */
export function modelBody(args: Args, more: Json[] = []): JsonObject {
  const temperature = numberOf(args, 'temperature')
  const maxTokens = numberOf(args, 'maxTokens')
  return {
    messages: [...messagesOf(args), ...more],
    ...(temperature === null ? {} : { temperature }),
    ...(maxTokens === null ? {} : { max_tokens: Math.max(1, Math.floor(maxTokens)) }),
    ...(args.schema === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name: 'output', schema: args.schema } } }),
  }
}

function messagesOf({ system, prompt, messages }: Args): Json[] {
  const first = typeof system === 'string' && system !== '' ? [{ role: 'system', content: system }] : []
  if (prompt !== undefined) return [...first, { role: 'user', content: contentOf(prompt) }]
  if (!Array.isArray(messages) || messages.length === 0)
    throw new StepError('Llm.BadRequest', 'messages is no list of {role, content}')
  return [...first, ...messages.map(messageOf)]
}

const roles = ['system', 'user', 'assistant']

function messageOf(value: Json): Json {
  const { role, content } = (typeof value === 'object' && value !== null ? value : {}) as Args
  if (typeof role !== 'string' || !roles.includes(role))
    throw new StepError('Llm.BadRequest', `A message needs a role: ${roles.join(', ')}`)
  return { role, content: contentOf(content) }
}

/** A list stands for content in parts, e.g. with images; any other value is told as JSON. */
function contentOf(value: Json | undefined): Json {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' || Array.isArray(value) ? value : JSON.stringify(value)
}

function numberOf(args: Args, name: string): number | null {
  const value = args[name]
  if (value === undefined || value === null) return null
  if (typeof value !== 'number') throw new StepError('Llm.BadRequest', `${name} is no number`)
  return value
}
