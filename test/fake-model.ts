import type { JsonObject, Outbound, OutboundRequest, OutboundResponse } from '../shared/world.ts'

/** One answer of the model: text, calls of tools, or the status of a refusal. */
export type ModelAnswer = string | [name: string, args: JsonObject | string][] | number

/** A provider of models as OpenAI's, by a script, and whatever else lies behind the way out. */
export interface FakeModel {
  outbound: Outbound
  /** Bodies of the chat completions it was asked for, in order. */
  asked: ModelRequest[]
  /** Calls of the model, as they were sent. */
  sent: OutboundRequest[]
  /** Calls of anything else. */
  others: OutboundRequest[]
  /** What the model answers next, one after the other. */
  say(...answers: ModelAnswer[]): void
  /** How everything else answers. */
  serve(answer: (request: OutboundRequest) => Partial<OutboundResponse>): void
}

/** What a chat completion is asked with. */
export interface ModelRequest {
  model: string
  messages: {
    role: string
    content: string
    tool_call_id?: string
    tool_calls?: { id: string; function: { name: string; arguments: string } }[]
  }[]
  tools?: { type: string; function: { name: string; description?: string; parameters: JsonObject } }[]
  [member: string]: unknown
}

/** Each answer of the model takes so many tokens. */
export const tokensPerAnswer = { prompt_tokens: 100, completion_tokens: 20 }

export function fakeModel(): FakeModel {
  const asked: ModelRequest[] = []
  const sent: OutboundRequest[] = []
  const others: OutboundRequest[] = []
  const script: ModelAnswer[] = []
  let serve: Parameters<FakeModel['serve']>[0] = () => ({ status: 404 })
  const reply = (more: Partial<OutboundResponse>): OutboundResponse => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '',
    durationMs: 1,
    ...more,
  })
  return {
    asked,
    sent,
    others,
    say: (...answers) => void script.push(...answers),
    serve: (answer) => {
      serve = answer
    },
    async outbound(request) {
      if (!request.url.endsWith('/chat/completions')) {
        others.push(request)
        return reply(serve(request))
      }
      sent.push(request)
      asked.push(JSON.parse(request.body ?? '') as ModelRequest)
      const answer = script.shift()
      if (answer === undefined) throw new Error('The model was asked more often than the test says')
      if (typeof answer === 'number') return reply({ status: answer, body: '{"error":{"message":"no"}}' })
      return reply({ body: JSON.stringify(completion(answer, asked.length)) })
    },
  }
}

function completion(answer: string | [string, JsonObject | string][], number: number): JsonObject {
  const message =
    typeof answer === 'string'
      ? { role: 'assistant', content: answer }
      : {
          role: 'assistant',
          content: null,
          tool_calls: answer.map(([name, args], index) => ({
            id: `call_${number}_${index}`,
            type: 'function',
            function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
          })),
        }
  const finish_reason = typeof answer === 'string' ? 'stop' : 'tool_calls'
  return {
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason }],
    usage: tokensPerAnswer,
  }
}

/** Settings of a deployment with a provider of models. */
export const modelSettings = {
  SLUICE_LLM_BASE_URL: 'https://models.example.com/v1',
  SLUICE_LLM_MODEL: 'small',
  SLUICE_LLM_API_KEY: 'sk-operator-key-1234',
}

/** A provider that answers every wish with the same flow, for suites that call every route. */
export const withModel: { outbound: Outbound; env: Record<string, string> } = {
  env: modelSettings,
  outbound: async () => {
    const definition = {
      metadata: { name: 'Made' },
      nodes: { sum: { type: 'transform', params: { value: '{{1 + 1}}' } } },
    }
    const body = JSON.stringify(completion(JSON.stringify({ definition, notes: ['Added a sum'] }), 1))
    return { status: 200, headers: {}, body, durationMs: 1 }
  },
}
