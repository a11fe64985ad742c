import * as z from 'zod'
import type { JsonObject } from '../world.ts'
import type { WorkStep } from './define.ts'
import { checkModelParams, modelParams, modelTimeouts } from './model-params.ts'

const params = z.strictObject(modelParams).check(checkModelParams)

/**
 * Asks a model once: OpenAI-compatible chat completions of the configured provider, or of the author's own `baseUrl`.
 *
 * Output: `{response, output?, usage: {inputTokens, outputTokens}}`; `output` is the parsed answer where a `schema` is set.
 * Errors: `Llm.NotConfigured`, `Llm.BadRequest`, `Llm.4xx`, `Llm.5xx`, `Llm.Timeout` (takes the `timeout` row, if there is
 * one), `Llm.Network`, `Llm.Blocked`, `Llm.TooLarge`, `Llm.BadReply`, `Llm.Refused`, `Llm.SchemaMismatch`, `Llm.BadSchema`.
 */
export const llm: WorkStep<z.infer<typeof params>> = {
  type: 'llm',
  kind: 'work',
  summary: 'Asks a model',
  params,
  output: ['response', 'output', 'usage'],
  example: {
    model: 'small',
    system: 'You judge risks',
    messages: [{ role: 'user', content: 'Judge {{customer}}' }],
    temperature: 0.2,
    maxTokens: '{{limit}}',
    schema: { type: 'object', properties: { score: { type: 'number' } }, required: ['score'] },
    baseUrl: 'https://models.example.com/v1',
    apiKey: '{{secrets.MODEL_KEY}}',
  },
  choices: { model: 'models' },
  outcomes: () => [],
  secrets: true,
  schemas: ({ schema }) => (schema === undefined ? [] : [{ path: ['schema'], value: schema as JsonObject }]),
  compile: (written, place) => place.work(written as JsonObject, { timeouts: modelTimeouts }),
  // Read from disk by the first question: most functions never ask one.
  run: async (args, tools) => (await import('./llm-run.ts')).runLlm(args, tools),
}
