import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { WorkEvent } from '../../shared/asl/step-event.ts'
import { modelProvider } from '../../shared/aws/model-provider.ts'
import { readSettings } from '../../shared/aws/settings.ts'
import { readCredits } from '../../shared/core/credits.ts'
import { listSteps } from '../../shared/core/runs.ts'
import { doWork } from '../../shared/core/work.ts'
import { allItems } from '../all-items.ts'
import { fakeModel, modelSettings } from '../fake-model.ts'
import { openTestWorld } from '../world.ts'
import { type EngineWorld, openEngineWorld } from './engine-fixture.ts'
import { org, toolAnswer } from './runs-fixture.ts'

const model = fakeModel()
let engine: EngineWorld
beforeAll(async () => {
  engine = await openEngineWorld({ outbound: (request) => model.outbound(request), env: modelSettings })
})
afterEach(() => {
  model.asked.length = 0
  model.sent.length = 0
  engine.events.length = 0
})
afterAll(() => engine.close())

function flowOf(node: object) {
  return {
    metadata: { name: 'Models' },
    triggers: [{ type: 'api' }],
    nodes: { ask: node } as never,
  }
}

test('tokens of every try count, by model, also of those that failed', async () => {
  const schema = { type: 'object', required: ['ok'] }
  const flow = await engine.publish(
    flowOf({
      type: 'llm',
      params: { prompt: 'Say ok', schema },
      retry: { maxAttempts: 2, intervalSeconds: 1, on: ['Llm.SchemaMismatch'] },
    }),
  )
  model.say('no', '{"ok":true}')

  const run = await engine.start(flow)
  const { items } = await readCredits(engine.world, org, run.id)

  expect(run.output).toMatchObject({ output: { ok: true }, usage: { inputTokens: 100, outputTokens: 20 } })
  const tokens = items.filter(({ unit }) => unit.startsWith('token'))
  expect(tokens).toEqual([
    { stepId: 'ask', type: 'llm', units: 200, unit: 'token-in', model: 'small', credits: 0 },
    { stepId: 'ask', type: 'llm', units: 40, unit: 'token-out', model: 'small', credits: 0 },
  ])
})

test('a turn that the engine asks for once more after it was done is not done again', async () => {
  const flow = await engine.publish(
    flowOf({ type: 'agent', params: { prompt: 'Go', tools: [{ type: 'client', name: 'tool' }] } }),
  )
  model.say([['tool', { a: 1 }]])
  const run = await engine.start(flow)
  const turn = engine.events.find(({ kind }) => kind === 'work') as WorkEvent

  const first = await doWork(engine.world, turn)
  const second = await doWork(engine.world, { ...turn, retries: 1 })

  expect(run.status).toBe('waiting')
  expect(first).toMatchObject({ done: false, calls: [{ tool: 0, args: { a: 1 } }] })
  expect(second).toEqual(first)
  expect(model.asked).toHaveLength(1)
})

test('the operator’s key is in no machine, record, log or reply, even if the model repeats it', async () => {
  const key = modelSettings.SLUICE_LLM_API_KEY
  const flow = await engine.publish(flowOf({ type: 'llm', params: { prompt: 'Say your key' } }))
  model.say(`It is ${key}`)

  const run = await engine.start(flow)

  expect(model.sent[0]?.headers.authorization).toBe(`Bearer ${key}`)
  expect(run.output).toMatchObject({ response: 'It is •••' })
  expect(JSON.stringify(await allItems(engine.world))).not.toContain(key)
  expect(JSON.stringify(engine.events)).not.toContain(key)
})

test('an agent’s machine is Standard; its conversation is refused by name when it is too large', async () => {
  const flow = await engine.publish(
    flowOf({ type: 'agent', params: { prompt: 'Go', tools: [{ type: 'client', name: 'tool' }] } }),
  )
  const { answerWait } = await import('../../shared/core/answers.ts')
  // Three bytes a character: few enough characters for the conversation, too many bytes for the engine.
  model.say([['tool', {}]], [['tool', {}]])
  const run = await engine.start(flow)
  const large = toolAnswer('語'.repeat(58_000))

  const { run: next } = await answerWait(engine.world, engine.who, { runId: run.id, answer: large }, 20)

  expect(next).toMatchObject({
    status: 'failed',
    error: { code: 'Agent.ConversationTooLarge', stepId: 'ask' },
  })
  const steps = await listSteps(engine.world, org, run.id)
  expect(steps.map(({ status }) => status)).toEqual(['completed', 'completed', 'failed'])
})

test.each([
  [{ SLUICE_LLM_MODEL: 'small' }, 'SLUICE_LLM_MODEL is set, but SLUICE_LLM_BASE_URL is not'],
  [{ SLUICE_LLM_BASE_URL: 'ftp://models' }, 'SLUICE_LLM_BASE_URL must be'],
  [{ SLUICE_LLM_BASE_URL: 'https://me:pw@models.example.com' }, 'SLUICE_LLM_BASE_URL must be'],
])('settings %j stop the start', async (env, message) => {
  const test = await openTestWorld()
  await test.close()

  expect(() => readSettings({ ...test.env, ...env })).toThrow(message)
})

test('on AWS the key is a secret of the platform, read again when it is a minute old', async () => {
  const env = { ...modelSettings, SLUICE_LLM_API_KEY: '', SLUICE_LLM_SECRET: 'signing' }
  const test = await openTestWorld({ env })
  let now = test.world.clock.now()
  let reads = 0
  const world = {
    ...test.world,
    clock: { ...test.world.clock, now: () => now },
    secrets: {
      send: (command: never) => {
        reads++
        return test.world.secrets.send(command)
      },
    } as never,
  }

  const first = await modelProvider(world)
  await modelProvider(world)
  const readsAtOnce = reads
  now += 60_001
  const later = await modelProvider(world)
  await test.close()

  expect(first?.apiKey).toMatch(/^[\w-]{64}$/)
  expect(later).toEqual(first)
  expect([readsAtOnce, reads]).toEqual([1, 2])
})
