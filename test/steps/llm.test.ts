import { describe, expect, test } from 'vitest'
import { StepError } from '../../shared/step-error.ts'
import { llm } from '../../shared/steps/llm.ts'
import type { JsonObject, OutboundResponse } from '../../shared/world.ts'
import { fakeTools } from './fake-tools.ts'

const operators = { baseUrl: 'https://operator.example.com/v1', model: 'small', apiKey: 'sk-operator' }
const provider = async () => operators

function answer(content: unknown, more: JsonObject = {}): Partial<OutboundResponse> {
  const usage = { prompt_tokens: 12, completion_tokens: 3 }
  return { body: JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage, ...more }) }
}

async function codeOf(
  args: JsonObject,
  response: Partial<OutboundResponse> = {},
  more = {},
): Promise<string> {
  const error = await llm.run(args, fakeTools(response, { provider, ...more })).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(StepError)
  return error.code
}

test('asks the operator’s provider with its model and key, and notes the tokens', async () => {
  const tools = fakeTools(answer('Paris'), { provider })

  const output = await llm.run(
    { system: 'Be short', prompt: 'Capital?', temperature: 0, maxTokens: 9 },
    tools,
  )

  expect(output).toEqual({ response: 'Paris', usage: { inputTokens: 12, outputTokens: 3 } })
  expect(tools.requests).toMatchObject([
    {
      method: 'POST',
      url: 'https://operator.example.com/v1/chat/completions',
      headers: { authorization: 'Bearer sk-operator', 'idempotency-key': 'effect-1' },
      timeoutMs: 60_000,
    },
  ])
  expect(JSON.parse(tools.requests[0]?.body ?? '')).toEqual({
    model: 'small',
    messages: [
      { role: 'system', content: 'Be short' },
      { role: 'user', content: 'Capital?' },
    ],
    temperature: 0,
    max_tokens: 9,
  })
  expect(tools.tokens).toEqual([{ model: 'small', inputTokens: 12, outputTokens: 3 }])
})

test.each(['https://mine.example.com/v1/', operators.baseUrl])(
  'the operator’s key never goes to an address that the author wrote: %s',
  async (baseUrl) => {
    const tools = fakeTools(answer('ok'), { provider })

    await llm.run({ baseUrl, model: 'mine', prompt: 'Hi' }, tools)
    await llm.run({ baseUrl, model: 'mine', prompt: 'Hi', apiKey: 'sk-mine' }, tools)

    expect(tools.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer sk-mine'])
    expect(JSON.stringify(tools.requests)).not.toContain('sk-operator')
  },
)

test('messages go as they are; a value that is no text goes as JSON', async () => {
  const tools = fakeTools(answer('ok'), { provider })
  const parts = [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]

  await llm.run(
    {
      messages: [
        { role: 'user', content: { score: 3 } },
        { role: 'assistant', content: null },
        { role: 'user', content: parts },
      ],
    },
    tools,
  )

  expect(JSON.parse(tools.requests[0]?.body ?? '').messages).toEqual([
    { role: 'user', content: '{"score":3}' },
    { role: 'assistant', content: '' },
    { role: 'user', content: parts },
  ])
})

describe('a schema', () => {
  const schema = { type: 'object', properties: { score: { type: 'number' } }, required: ['score'] }

  test.each(['{"score":82}', '```json\n{"score":82}\n```'])('reads the answer %j', async (content) => {
    const tools = fakeTools(answer(content), { provider })

    const output = await llm.run({ prompt: 'Score?', schema }, tools)

    expect(output).toMatchObject({ response: content, output: { score: 82 } })
    expect(JSON.parse(tools.requests[0]?.body ?? '').response_format.json_schema.schema).toEqual(schema)
  })

  test.each(['82', '{"score":"high"}', 'High', '[]'])(
    'refuses the answer %s, whose tokens count',
    async (content) => {
      const tools = fakeTools(answer(content), { provider })

      const run = llm.run({ prompt: 'Score?', schema }, tools)

      await expect(run).rejects.toMatchObject({ code: 'Llm.SchemaMismatch' })
      expect(tools.tokens).toHaveLength(1)
    },
  )

  test('that leads nowhere is the author’s error', async () => {
    expect(await codeOf({ prompt: 'a', schema: { $ref: '#/$defs/none' } }, answer('{}'))).toBe(
      'Llm.BadSchema',
    )
  })
})

describe('errors', () => {
  const bare = { provider: async () => null }
  const throwing = (code: string) => ({
    provider,
    outbound: async () => {
      throw new StepError(code, 'no')
    },
  })

  test.each<[string, JsonObject, Partial<OutboundResponse>, object]>([
    ['Llm.NotConfigured', { prompt: 'a' }, {}, bare],
    ['Llm.NotConfigured', { prompt: 'a' }, {}, { provider: async () => ({ ...operators, model: null }) }],
    ['Llm.NotConfigured', { prompt: 'a', baseUrl: 'https://a.example.com' }, {}, {}],
    ['Llm.BadRequest', { prompt: 'a', baseUrl: 'ftp://a', model: 'm' }, {}, {}],
    ['Llm.BadRequest', { prompt: 'a', baseUrl: 'https://me:pw@a.example.com', model: 'm' }, {}, {}],
    ['Llm.BadRequest', { prompt: 'a', apiKey: 'a\r\nb' }, {}, {}],
    ['Llm.BadRequest', { messages: 'none' }, {}, {}],
    ['Llm.BadRequest', { messages: [{ role: 'tool', content: 'x' }] }, {}, {}],
    ['Llm.BadRequest', { prompt: 'a', temperature: 'warm' }, {}, {}],
    ['Llm.4xx', { prompt: 'a' }, { status: 429 }, {}],
    ['Llm.5xx', { prompt: 'a' }, { status: 503 }, {}],
    ['Llm.3xx', { prompt: 'a' }, { status: 304 }, {}],
    ['Llm.BadReply', { prompt: 'a' }, { body: 'hello' }, {}],
    ['Llm.BadReply', { prompt: 'a' }, { body: '{"choices":[]}' }, {}],
    ['Llm.BadReply', { prompt: 'a' }, answer(null), {}],
    ['Llm.TooLarge', { prompt: 'a' }, answer('x'.repeat(100_001)), {}],
    ['Llm.Refused', { prompt: 'a' }, { body: '{"choices":[{"message":{"refusal":"I will not"}}]}' }, {}],
    ['Llm.Timeout', { prompt: 'a' }, {}, throwing('Http.Timeout')],
    ['Llm.Blocked', { prompt: 'a' }, {}, throwing('Http.Blocked')],
  ])('%s for %j', async (code, args, response, more) => {
    expect(await codeOf(args, response, more)).toBe(code)
  })

  test('say nothing of what the provider wrote, which may quote the key', async () => {
    const body = '{"error":{"message":"Incorrect API key provided: sk-op*****"}}'
    const tools = fakeTools({ status: 401, body }, { provider })

    await expect(llm.run({ prompt: 'a' }, tools)).rejects.toThrow(
      'The model provider answered with status 401',
    )
  })
})

test.each<[JsonObject, string]>([
  [{}, 'Expected either prompt or messages'],
  [{ prompt: 'a', messages: [{ role: 'user', content: 'b' }] }, 'Expected either prompt or messages'],
  [{ prompt: 'a', baseUrl: 'https://a.example.com' }, 'A baseUrl of your own needs a model'],
  [{ prompt: 'a', baseUrl: 'file:///etc', model: 'm' }, 'Expected an http or https URL'],
])('refuses the params %j', (params, message) => {
  const issues = llm.params.safeParse(params).error?.issues ?? []

  expect(issues.map((issue) => issue.message).join()).toContain(message)
})
