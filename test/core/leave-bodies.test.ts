import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { listSteps } from '../../shared/core/runs.ts'
import type { JsonObject } from '../../shared/world.ts'
import { type EngineWorld, openEngineWorld } from './engine-fixture.ts'
import { org } from './runs-fixture.ts'

// A question in a branch beside one that had failed stood open, and was shown first: whoever answered it was told that it
// had expired, and whoever named none was told that there were several.

let engine: EngineWorld

beforeAll(async () => {
  engine = await openEngineWorld()
})
afterAll(() => engine.close())

const asking = (message: string, next?: JsonObject): JsonObject => ({
  type: 'approval',
  params: { message, onTimeout: 'fail' },
  ...(next ? { next } : {}),
})
const fail = { type: 'fail', params: { code: 'NO', message: 'no' } }
const judged = (id: string, message: string) => ({
  nodes: { [id]: asking(message, { reject: `${id}_no` }), [`${id}_no`]: fail },
})
const after = {
  sorry: asking('{{lastError.error}}?', { default: 'end' }),
  end: { type: 'final', params: { outputs: { error: '{{lastError.error}}', by: '{{approval.decision}}' } } },
}

function flow(nodes: JsonObject): JsonObject {
  return { metadata: { name: 'Left' }, triggers: [{ type: 'api' }], nodes }
}

async function begin(nodes: object) {
  return await engine.start(await engine.publish(flow(nodes as JsonObject)))
}

const questions = (run: { waits: { question: JsonObject }[] }) =>
  run.waits.map(({ question }) => question.message).sort()

async function answer(run: Awaited<ReturnType<typeof begin>>, message: string, decision: string) {
  const wait = run.waits.find(({ question }) => question.message === message)
  await answerWait(engine.world, engine.who, { runId: run.id, waitId: wait!.id, answer: { decision } }, 0)
}

test('a question beside a branch that failed is closed when the run goes on', async () => {
  let run = await begin({
    both: {
      type: 'parallel',
      params: { branches: { a: judged('a', 'A?'), b: judged('b', 'B?') } },
      next: { error: 'sorry' },
    },
    ...after,
  })
  run = await engine.until(run.id, ({ openWaits }) => openWaits === 2)

  await answer(run, 'A?', 'reject')
  run = await engine.until(run.id, (now) => questions(now).includes('NO?'))

  expect(questions(run)).toEqual(['NO?'])
  const steps = await listSteps(engine.world, org, run.id)
  expect(steps.map(({ stepId, status }) => [stepId, status])).toContainEqual(['b', 'cancelled'])
  await answerWait(engine.world, engine.who, { runId: run.id, answer: { decision: 'approve' } }, 0)
  expect(await engine.ended(run.id)).toMatchObject({ output: { error: 'NO', by: 'approve' } })
})

test('so are those of other items of a list', async () => {
  let run = await begin({
    all: {
      type: 'each',
      params: { items: [1, 2, 3], concurrency: 3, body: judged('a', 'Item {{item}}?') },
      next: { error: 'sorry' },
    },
    ...after,
  })
  run = await engine.until(run.id, ({ openWaits }) => openWaits === 3)

  await answer(run, 'Item 2?', 'reject')
  run = await engine.until(run.id, (now) => questions(now).includes('NO?'))

  expect(questions(run)).toEqual(['NO?'])
})

test('questions of items that go on stay open', async () => {
  let run = await begin({
    all: {
      type: 'each',
      params: {
        items: [1, 2],
        concurrency: 2,
        onItemError: 'continue',
        body: {
          nodes: {
            both: {
              type: 'parallel',
              params: { branches: { a: judged('a', 'A{{item}}?'), b: judged('b', 'B{{item}}?') } },
            },
          },
        },
      },
      next: 'end',
    },
    end: { type: 'final', params: { output: '{{all.error.error}}' } },
  })
  run = await engine.until(run.id, ({ openWaits }) => openWaits === 4)

  await answer(run, 'A1?', 'reject')
  run = await engine.until(run.id, ({ openWaits }) => openWaits === 2)

  expect(questions(run)).toEqual(['A2?', 'B2?'])
  await answer(run, 'A2?', 'approve')
  await answer(run, 'B2?', 'approve')
  expect(await engine.ended(run.id)).toMatchObject({ status: 'completed', output: 'NO' })
})

test('a child beside a branch that failed ends when the run goes on', async () => {
  const child = await engine.publish(flow({ ask: asking('Child?') }))
  const run = await begin({
    both: {
      type: 'parallel',
      params: {
        branches: {
          a: judged('a', 'A?'),
          b: { nodes: { call: { type: 'flow', params: { flowId: child } } } },
        },
      },
      next: { error: 'sorry' },
    },
    ...after,
  })
  const childId = await engine.child(run.id)
  await engine.until(childId, ({ status }) => status === 'waiting')

  await answer(await engine.until(run.id, ({ openWaits }) => openWaits === 1), 'A?', 'reject')

  expect(await engine.ended(childId)).toMatchObject({
    status: 'cancelled',
    error: { message: 'The step that started it was given up' },
  })
  expect(questions(await engine.until(run.id, ({ openWaits }) => openWaits === 1))).toEqual(['NO?'])
})
