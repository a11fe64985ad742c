import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
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

describe('ends', () => {
  test('an agent that is not done after its turns fails, and its tokens count', async () => {
    const flow = await faces.flow(
      agentFlow({ tools: [{ type: 'http', name: 'again', url: 'https://a.example.com/' }], maxTurns: 2 }),
    )
    model.serve(() => ({}))
    model.say([['again', {}]], [['again', {}]])

    const { status, body } = await faces.execute(flow, { question: 'Go' })

    expect(status).toBe(422)
    expect(body.error.details).toMatchObject({ code: 'Agent.MaxTurns', stepId: 'help' })
    expect(model.others).toHaveLength(1)
    const { body: credits } = await faces.send(
      'GET',
      `/v1/flowrun/credit-details/${body.error.details.appRunId}`,
      { as },
    )
    expect(credits.items).toContainEqual({
      stepId: 'help',
      type: 'agent',
      units: 100,
      unit: 'token-in',
      model: 'small',
      credits: 0,
    })
    // init, two turns with their choices, one tool with its choice, and the two last states.
    expect(credits.items).toContainEqual(expect.objectContaining({ unit: 'transition', units: 9 }))
  })

  test('its error row is taken, and a second visit begins a new conversation', async () => {
    const flow = await faces.flow({
      metadata: { name: 'Twice' },
      triggers: [{ type: 'api' }],
      nodes: {
        twice: {
          type: 'each',
          params: {
            items: ['Oslo', 'Rome'],
            body: {
              nodes: {
                help: {
                  type: 'agent',
                  params: { prompt: 'How is {{item}}?', tools: [weather] },
                  next: { error: 'sorry' },
                },
                sorry: { type: 'transform', params: { value: '{{lastError.error}}' } },
              },
            },
          },
        },
      },
    })
    model.say([['weather', { city: 'Oslo' }]], 'Cold', 400)

    const { body } = await faces.execute(flow, {})
    const done = await resume(body.appRunId, { success: true, output: 'cold' })

    expect(done.body.output).toEqual([expect.objectContaining({ response: 'Cold', turns: 2 }), 'Llm.4xx'])
    expect(model.asked[2]?.messages).toEqual([{ role: 'user', content: 'How is Rome?' }])
    expect((await stepsOf(body.appRunId)).map(({ iteration }: JsonObject) => iteration)).toContain('0.0.0')
  })

  test('a model that fails is asked again as the author says; what was done before is not done again', async () => {
    const flow = await faces.flow(
      agentFlow({ tools: [weather] }, { retry: { maxAttempts: 2, intervalSeconds: 1, on: ['Llm.5xx'] } }),
    )
    model.say([['weather', { city: 'Oslo' }]], 500, 'Cold')

    const { body } = await faces.execute(flow, { question: 'Oslo?' })
    const done = await resume(body.appRunId, { success: true, output: 'cold' })

    expect(done.body.output).toMatchObject({ response: 'Cold', turns: 2 })
    const keys = model.sent.map(({ headers }) => headers['idempotency-key'])
    expect(keys[1]).toBe(keys[2])
    expect(keys[0]).not.toBe(keys[1])
    expect((await stepsOf(body.appRunId)).at(-1)).toMatchObject({ attempt: 2, status: 'completed' })
  })

  test('with a schema the last answer is read as JSON', async () => {
    const schema = { type: 'object', properties: { best: { type: 'string' } }, required: ['best'] }
    const flow = await faces.flow(agentFlow({ schema }))
    model.say('{"best":"Rome"}')

    const { body } = await faces.execute(flow, { question: 'Best?' })

    expect(body).toMatchObject({ output: { best: 'Rome' }, turns: 1 })
    expect(model.asked[0]?.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'output', schema },
    })
  })
})

test('a run that is run again asks neither the model nor a tool what they have told', async () => {
  const flow = await faces.flow(
    agentFlow(
      { tools: [weather] },
      { next: { default: 'post' } },
      {
        post: {
          type: 'http.request',
          params: { url: 'https://post.example.com/', method: 'POST', body: '{{help}}' },
        },
      },
    ),
  )
  model.say([['weather', { city: 'Oslo' }]], 'Cold')
  let status = 500
  model.serve(() => ({ status }))
  const { body } = await faces.execute(flow, { question: 'Oslo?' })
  const failed = await resume(body.appRunId, { success: true, output: 'cold' })
  status = 200

  const again = await faces.send('POST', `/v1/flowrun/rerun/${body.appRunId}`, { as, body: {} })

  expect(failed.body).toMatchObject({ status: 'failed', error: { code: 'Http.5xx' } })
  expect(again.body).toMatchObject({ status: 'completed', from: 'post', reusedSteps: ['help'] })
  expect(model.asked).toHaveLength(2)
  expect(model.others.map(({ body: sent }) => sent)).toEqual(Array(2).fill(expect.stringContaining('"Cold"')))
})
