import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'
import { openStub, type Stub } from './stub.ts'

/** What the model asks for, one answer after the other. */
const script: JsonObject[] = [
  ...['Oslo', 'Rome', 'Bonn'].map((city, index) => ({
    content: null,
    tool_calls: [
      {
        id: `call_${index}`,
        type: 'function',
        function: { name: 'weather', arguments: JSON.stringify({ city }) },
      },
    ],
  })),
  { content: 'Rome is warmest' },
]
let model: Stub
let account: AccountChild

beforeAll(async () => {
  model = await openStub(() => ({
    status: 200,
    body: {
      choices: [{ message: { role: 'assistant', ...script.shift() } }],
      usage: { prompt_tokens: 10, completion_tokens: 5 },
    },
  }))
  account = await startAccount({
    env: {
      SLUICE_OUTBOUND_ALLOW: model.host,
      SLUICE_LLM_BASE_URL: `${model.url}/v1`,
      SLUICE_LLM_MODEL: 'small',
      SLUICE_LLM_API_KEY: 'sk-operator',
    },
  })
})
afterAll(async () => {
  await account.stop()
  await model.close()
  rmSync(account.folder, { recursive: true, force: true })
})

const send = async (path: string, body: unknown) =>
  (await call<JsonObject>({ url: account.url, key: account.demo.apiKey }, 'POST', path, body)).body

test('an agent asks the client three times over HTTP, and ends with what the model makes of it', async () => {
  const definition = {
    metadata: { name: 'Weather' },
    nodes: {
      help: {
        type: 'agent',
        params: { prompt: 'Where is it warm?', tools: [{ type: 'client', name: 'weather' }] },
        next: 'end',
      },
      end: { type: 'final', params: { output: '{{help.response}}' } },
    },
  }
  const { _id: flow } = await send('/v1/flow', { definition })
  await send(`/v1/flow/${flow}/publish`, {})
  let now = await send(`/v1/client/flow/${flow}/execute`, {})
  const asked: unknown[] = []
  for (const output of [3, 25, 11]) {
    const { executionId, toolName, args } = now.pendingAction as JsonObject
    asked.push([toolName, args])
    const toolResult = { executionId, success: true, output }
    now = await send(`/v1/flowrun/resume/${now.appRunId}`, { toolResult })
  }

  expect(asked).toEqual(['Oslo', 'Rome', 'Bonn'].map((city) => ['weather', { city }]))
  expect(now).toMatchObject({ status: 'completed', output: 'Rome is warmest' })
  expect(model.hits).toHaveLength(4)
  expect(model.hits[0]?.headers.authorization).toBe('Bearer sk-operator')
  const said = JSON.parse(model.hits[3]!.body).messages as { role: string; content: string }[]
  expect(said.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual(['3', '25', '11'])
})
