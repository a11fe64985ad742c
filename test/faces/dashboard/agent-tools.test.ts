import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { fakeModel } from '../../fake-model.ts'
import type { Faces } from '../open-faces.ts'
import { agentCalls, agentFlow, forget, openAgentFaces, weather } from './agent-fixture.ts'

const model = fakeModel()
let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openAgentFaces(model)
  as = faces.acme.token.user
})
afterEach(() => forget(model))
afterAll(() => faces.close())

const { resume, stepsOf } = agentCalls(() => faces)

describe('client tools', () => {
  test('pause the run one after the other; each answer leads to the next question, the last to the end', async () => {
    const flow = await faces.flow(agentFlow({ tools: [weather] }))
    model.say(
      [['weather', { city: 'Oslo' }]],
      [
        ['weather', { city: 'Rome' }],
        ['weather', { city: 'Bonn' }],
      ],
      'Rome is warmest',
    )

    const first = await faces.execute(flow, { question: 'Where is it warm?' })
    const run = first.body.appRunId
    const second = await resume(run, {
      executionId: first.body.pendingAction.executionId,
      success: true,
      output: 3,
    })
    const third = await resume(run, {
      executionId: second.body.pendingAction.executionId,
      success: true,
      output: { degrees: 25 },
    })
    const done = await resume(run, { success: false, error: 'No station' })

    expect(first.body).toMatchObject({
      status: 'waiting',
      waitState: { type: 'client-tool', stepId: 'help', stepName: 'Help: weather', openWaits: 1 },
      pendingAction: { type: 'client-tool', toolName: 'weather', args: { city: 'Oslo' } },
    })
    expect(second.body.pendingAction).toMatchObject({ toolName: 'weather', args: { city: 'Rome' } })
    expect(third.body.pendingAction).toMatchObject({ toolName: 'weather', args: { city: 'Bonn' } })
    const ids = [first, second, third].map(({ body }) => body.pendingAction.executionId)
    expect(new Set(ids).size).toBe(3)
    expect(done.body).toEqual({
      status: 'completed',
      appRunId: run,
      output: { response: 'Rome is warmest', turns: 3, usage: { inputTokens: 300, outputTokens: 60 } },
    })
    expect(model.asked[2]?.messages).toEqual([
      { role: 'user', content: 'Where is it warm?' },
      expect.objectContaining({
        role: 'assistant',
        tool_calls: [expect.objectContaining({ id: 'call_1_0' })],
      }),
      { role: 'tool', tool_call_id: 'call_1_0', content: '3' },
      expect.objectContaining({ role: 'assistant' }),
      { role: 'tool', tool_call_id: 'call_2_0', content: '{"degrees":25}' },
      {
        role: 'tool',
        tool_call_id: 'call_2_1',
        content: '{"error":{"code":"ClientTool.Failed","message":"No station"}}',
      },
    ])
  })

  test('every turn and every tool has a record of its own under the id of the step', async () => {
    const flow = await faces.flow(agentFlow({ tools: [weather] }))
    model.say([['weather', { city: 'Oslo' }]], 'Cold')

    const { body } = await faces.execute(flow, { question: 'Oslo?' })
    await resume(body.appRunId, { success: true, output: 'cold' })
    const steps = await stepsOf(body.appRunId)

    expect(
      steps.map(({ stepId, type, kind, name, iteration, status }: JsonObject) => [
        stepId,
        type,
        kind,
        name,
        iteration,
        status,
      ]),
    ).toEqual([
      ['help', 'agent', 'work', 'Help', '0', 'completed'],
      ['help', 'client-tool', 'wait', 'Help: weather', '0.0', 'completed'],
      ['help', 'agent', 'work', 'Help', '1', 'completed'],
    ])
    expect(new Set(steps.map(({ key }: { key: string }) => key)).size).toBe(3)
    const keys = model.sent.map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys).size).toBe(2)
    const { body: seen } = await faces.send('GET', `/v1/flowrun/context/${body.appRunId}`, { as })
    expect(seen.context.help).toMatchObject({ response: 'Cold', turns: 2 })
  })

  test('a question that nobody answers in time is told to the model', async () => {
    const flow = await faces.flow(agentFlow({ tools: [weather] }, { timeoutSeconds: 1 }))
    model.say([['weather', { city: 'Oslo' }]], 'I do not know')

    const { body } = await faces.execute(flow, { question: 'Oslo?' })
    const ended = await vi.waitFor(
      async () => {
        const now = await faces.send('GET', `/v1/flowrun/poll/${body.appRunId}`, { as })
        expect(now.body.status).toBe('completed')
        return now.body
      },
      { timeout: 15_000 },
    )

    expect(ended.output).toMatchObject({ response: 'I do not know' })
    expect(model.asked[1]?.messages.at(-1)?.content).toContain('Wait.Expired')
    expect((await stepsOf(body.appRunId))[1]).toMatchObject({ status: 'failed', outcome: 'timeout' })
  })
})

describe('other tools', () => {
  test('a flow runs as a sub-flow with what the model gives as its inputs', async () => {
    const child = await faces.flow({
      metadata: { name: 'Double' },
      triggers: [{ type: 'api' }],
      inputs: [{ name: 'value', type: 'number', required: true }],
      nodes: { out: { type: 'final', params: { outputs: { doubled: '{{value * 2}}' } } } },
    })
    const flow = await faces.flow(agentFlow({ tools: [{ type: 'flow', name: 'double', flowId: child }] }))
    model.say([['double', { value: 21 }]], [['double', { value: 'no number' }]], 'It is 42')

    const { body } = await faces.execute(flow, { question: '21 twice?' })

    expect(body).toMatchObject({ response: 'It is 42', turns: 3 })
    const [, , told, , refused] = model.asked[2]?.messages ?? []
    expect(told).toEqual({ role: 'tool', tool_call_id: 'call_1_0', content: '{"doubled":42}' })
    expect(refused?.content).toContain('validation_failed')
  })

  test('http tools call what the author says with what the model gives, and secrets stay where they are', async () => {
    await faces.send('PUT', `/api/v1/accounts/${faces.acme.account.user.id}/secrets/WEATHER_KEY`, {
      as,
      body: { value: 'canary-weather-key' },
    })
    const flow = await faces.flow(
      agentFlow({
        tools: [
          {
            type: 'http',
            name: 'weather',
            url: 'https://weather.example.com/{{args.city}}',
            headers: { Authorization: 'Bearer {{secrets.WEATHER_KEY}}' },
          },
          { type: 'http', name: 'search', url: 'https://search.example.com/find' },
          { type: 'http', name: 'order', url: 'https://orders.example.com/', method: 'POST' },
        ],
      }),
    )
    model.serve(({ url }) => ({
      status: url.includes('orders') ? 409 : 200,
      body: `{"at":"${new URL(url).hostname}"}`,
    }))
    model.say(
      [
        ['weather', { city: 'Oslo' }],
        ['search', { q: 'cats' }],
        ['order', { item: 7 }],
      ],
      'Done',
    )

    const { body } = await faces.execute(flow, { question: 'Do it' })

    expect(body).toMatchObject({ response: 'Done', turns: 2 })
    expect(model.others.map(({ method, url, body: sent }) => [method, url, sent])).toEqual([
      ['GET', 'https://weather.example.com/Oslo', undefined],
      ['GET', 'https://search.example.com/find?q=cats', undefined],
      ['POST', 'https://orders.example.com/', '{"item":7}'],
    ])
    expect(model.others[0]?.headers.authorization).toBe('Bearer canary-weather-key')
    expect(model.asked[1]?.messages.slice(2).map(({ content }) => content)).toEqual([
      '{"status":200,"body":{"at":"weather.example.com"}}',
      '{"status":200,"body":{"at":"search.example.com"}}',
      '{"status":409,"body":{"at":"orders.example.com"}}',
    ])
    expect(JSON.stringify(model.asked)).not.toContain('canary')
  })

  test('a service that fails is tried again as the author says, then told to the model', async () => {
    const flow = await faces.flow(
      agentFlow(
        { tools: [{ type: 'http', name: 'flaky', url: 'https://flaky.example.com/' }] },
        { retry: { maxAttempts: 2, intervalSeconds: 1, on: ['Http.5xx'] } },
      ),
    )
    model.serve(() => ({ status: 500 }))
    model.say([['flaky', {}]], 'It is down')

    const { body } = await faces.execute(flow, { question: 'Is it up?' })

    expect(body.response).toBe('It is down')
    expect(model.others).toHaveLength(2)
    expect(new Set(model.others.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
    expect(model.asked[1]?.messages.at(-1)?.content).toBe(
      '{"error":{"code":"Http.5xx","message":"HTTP request failed with status 500"}}',
    )
  })

  test('calls that name no tool, or do not fit its parameters, go back to the model at once', async () => {
    const flow = await faces.flow(agentFlow({ tools: [weather] }))
    model.say(
      [
        ['whether', {}],
        ['weather', { city: 7 }],
        ['weather', '{"city":'],
      ],
      'Sorry',
    )

    const { body } = await faces.execute(flow, { question: 'Oslo?' })

    expect(body).toMatchObject({ response: 'Sorry', turns: 2 })
    expect(model.asked[1]?.messages.slice(2).map(({ content }) => JSON.parse(content).error.code)).toEqual([
      'Agent.UnknownTool',
      'Agent.BadArguments',
      'Agent.BadArguments',
    ])
  })

  test('a result that is too large for the conversation is told as a failure of the tool', async () => {
    const flow = await faces.flow(
      agentFlow({ tools: [{ type: 'http', name: 'book', url: 'https://books.example.com/' }] }),
    )
    model.serve(() => ({ headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(120_000) }))
    model.say([['book', {}]], 'Too long for me')

    const { body } = await faces.execute(flow, { question: 'Read' })

    expect(body.response).toBe('Too long for me')
    expect(JSON.parse(model.asked[1]?.messages.at(-1)?.content ?? '').error.code).toBe('Agent.ResultTooLarge')
  })
})
