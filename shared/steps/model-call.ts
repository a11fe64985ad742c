import { StepError } from '../step-error.ts'
import type { Json, JsonObject, Outbound, OutboundResponse } from '../world.ts'
import { readJson } from './json-text.ts'
import type { ModelAddress } from './model-address.ts'

/** A call of a tool that the model wants made. */
export interface WantedCall {
  id: string
  name: string
  /** JSON text, as the model wrote it. */
  arguments: string
}

/** Tokens of one call of a model, or of several together. */
export interface Usage {
  inputTokens: number
  outputTokens: number
}

/** What a model answered. */
export interface ModelReply {
  content: string
  calls: WantedCall[]
  usage: Usage
  /** True if the answer was cut at its most tokens. */
  cut: boolean
}

/** What is asked, besides the model's name. */
export interface ModelCall {
  body: JsonObject
  headers: Record<string, string>
  timeoutMs: number
}

/** Most characters of an answer: more could not be handed on by the engine. */
const mostCharacters = 100_000
/** Longer ones mean that the provider counts something else. */
const mostTokens = 1_000_000_000

/**
 * Asks an OpenAI-compatible model (`POST <baseUrl>/chat/completions`) over the guarded client. What the provider says about
 * a refused call is not repeated: it may quote parts of the key.
 *
 * @throws {StepError} `Llm.4xx`, `Llm.5xx` (or another class) for the provider's status; `Llm.Timeout`, `Llm.Network`,
 *   `Llm.Blocked`, `Llm.TooLarge`; `Llm.BadReply` for an answer that is no chat completion; `Llm.Refused` if the model
 *   declined to answer; `Llm.BadRequest` for a key that no header can carry.
 */
export async function askModel(
  outbound: Outbound,
  { url, apiKey, model }: ModelAddress,
  { body, headers, timeoutMs }: ModelCall,
): Promise<ModelReply> {
  const response = await send(outbound, {
    method: 'POST',
    url,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json',
      ...authorisation(apiKey),
    },
    body: JSON.stringify({ model, ...body }),
    timeoutMs,
  })
  if (response.status < 200 || response.status > 299)
    throw new StepError(
      `Llm.${Math.floor(response.status / 100)}xx`,
      `The model provider answered with status ${response.status}`,
      { status_code: response.status },
    )
  return readReply(response)
}

async function send(outbound: Outbound, request: Parameters<Outbound>[0]): Promise<OutboundResponse> {
  try {
    return await outbound(request)
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    throw new StepError(error.code.replace(/^Http\./, 'Llm.'), error.message, undefined, error)
  }
}

function authorisation(apiKey: string | null): Record<string, string> {
  if (apiKey === null) return {}
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new StepError('Llm.BadRequest', 'apiKey holds a character that cannot be sent')
  return { authorization: `Bearer ${apiKey}` }
}

type Members = { [member: string]: Json | undefined }

function readReply({ body }: OutboundResponse): ModelReply {
  const { choices, usage } = membersOf(readJson(body))
  const choice = membersOf(Array.isArray(choices) ? choices[0] : undefined)
  const { content, tool_calls: wanted, refusal } = membersOf(choice.message)
  if (typeof refusal === 'string' && refusal !== '')
    throw new StepError('Llm.Refused', 'The model declined to answer')
  const calls = Array.isArray(wanted) ? wanted.map(readCall) : []
  const said = readContent(content)
  if (said === null && calls.length === 0)
    throw new StepError('Llm.BadReply', 'The provider’s answer holds no message')
  const size = (said ?? '').length + JSON.stringify(calls).length
  if (size > mostCharacters)
    throw new StepError(
      'Llm.TooLarge',
      `The answer has ${size} characters, at most ${mostCharacters} are taken`,
    )
  return { content: said ?? '', calls, usage: readUsage(usage), cut: choice.finish_reason === 'length' }
}

function membersOf(value: Json | undefined): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

/** A text, or the texts of a list of parts. */
function readContent(content: Json | undefined): string | null {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  return content.map((part) => membersOf(part).text ?? '').join('')
}

function readCall(value: Json): WantedCall {
  const { id, function: called } = membersOf(value)
  const { name, arguments: given } = membersOf(called)
  if (typeof name !== 'string') throw new StepError('Llm.BadReply', 'The model calls a tool without a name')
  return {
    id: typeof id === 'string' ? id : '',
    name,
    // Some providers send an object where the others send its text.
    arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
  }
}

function readUsage(value: Json | undefined): Usage {
  const { prompt_tokens: read, completion_tokens: written } = membersOf(value)
  return { inputTokens: countOf(read), outputTokens: countOf(written) }
}

function countOf(value: Json | undefined): number {
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), mostTokens) : 0
}
