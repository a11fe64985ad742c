import { StepError } from '../step-error.ts'
import type { Json, JsonObject, ModelProvider } from '../world.ts'

/** Where a model is asked, and as whom. */
export interface ModelAddress {
  /** Of the chat completions. */
  url: string
  apiKey: string | null
  model: string
}

/**
 * The author's own provider, or the operator's. The operator's key goes to the operator's address alone: whoever names
 * another address brings a key of his own, or none.
 *
 * @throws {StepError} `Llm.NotConfigured` if nobody named an address or a model; `Llm.BadRequest` for an address that is none.
 */
export async function modelAddress(
  { baseUrl, apiKey, model }: JsonObject | { [name: string]: Json | undefined },
  provider: () => Promise<ModelProvider | null>,
): Promise<ModelAddress> {
  const own = textOf(apiKey)
  const named = textOf(model)
  if (baseUrl !== undefined && baseUrl !== null) {
    if (named === null) throw new StepError('Llm.NotConfigured', 'baseUrl is set, but no model')
    return { url: completionsUrl(baseUrl), apiKey: own, model: named }
  }
  const operators = await provider()
  if (operators === null)
    throw new StepError('Llm.NotConfigured', 'No model provider is configured, and the step names no baseUrl')
  const chosen = named ?? operators.model
  if (chosen === null)
    throw new StepError('Llm.NotConfigured', 'Neither the step nor the configuration names a model')
  return { url: completionsUrl(operators.baseUrl), apiKey: own ?? operators.apiKey, model: chosen }
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** A header cannot carry what is no visible ASCII; better said here than by the client. */
function completionsUrl(baseUrl: Json): string {
  const url = typeof baseUrl === 'string' && baseUrl.length <= 8192 ? URL.parse(baseUrl) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new StepError('Llm.BadRequest', 'baseUrl is no http or https URL')
  if (url.username || url.password)
    throw new StepError('Llm.BadRequest', 'baseUrl must not hold a user name or password: use apiKey')
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  url.hash = ''
  return url.href
}
