import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { cancelRun } from '../../shared/core/runs.ts'
import { asking, openRunsWorld, person, type RunsWorld, toolAnswer } from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string

beforeAll(async () => {
  runs = await openRunsWorld({ realTime: true })
  flowId = await runs.publish(asking)
})
beforeEach(() => {
  runs.engine.told.length = 0
  runs.engine.before = () => undefined
})
afterAll(() => runs.close())

const approvalArgs = { message: 'Renew?' }
const two = { type: 'approval', args: { ...approvalArgs, approvals: 2 } }

async function waiting(event: Parameters<RunsWorld['ask']>[1] = {}) {
  const run = await runs.begin(flowId)
  const token = await runs.ask(run, event)
  const seen = await readRun(runs.world, runs.who.orgId, run.id)
  return { run, token, wait: seen.waits[0]! }
}

function answer(runId: string, given: object, who = runs.who, waitId?: string) {
  return answerWait(runs.world, who, { runId, waitId, answer: given as never }, 0)
}

test('E1 of 16 answers at once exactly one is taken and told, the others learn who was first', async () => {
  for (let round = 0; round < 50; round++) {
    runs.engine.told.length = 0
    const { run } = await waiting()
    const people = Array.from({ length: 16 }, (_, by) => person(`p${by}`))

    const answers = await Promise.allSettled(people.map((who, by) => answer(run.id, toolAnswer({ by }), who)))

    const taken = answers.flatMap(({ status }, by) => (status === 'fulfilled' ? [by] : []))
    expect(taken).toHaveLength(1)
    for (const outcome of answers.filter(({ status }) => status === 'rejected'))
      expect((outcome as PromiseRejectedResult).reason).toMatchObject({
        code: 'wait_already_answered',
        details: { answeredBy: `user:p${taken[0]}`, outcome: { success: true } },
      })
    expect(runs.engine.told.map(({ output }) => output)).toEqual([{ by: taken[0] }])
  }
})

test('E1 the same answer of the same person many times at once is told once and replayed', async () => {
  const { run } = await waiting()

  const answers = Array.from({ length: 8 }, () => answer(run.id, toolAnswer(1)))
  const replayed = (await Promise.all(answers)).map((result) => result.replayed)

  expect(replayed.filter((one) => !one)).toHaveLength(1)
  expect(runs.engine.told).toHaveLength(1)
})

test('E2 approve against reject: what the engine is told is what the winner was told', async () => {
  const { run } = await waiting({ type: 'approval', args: approvalArgs })

  const results = await Promise.allSettled([
    answer(run.id, { decision: 'approve' }, person('bob')),
    answer(run.id, { decision: 'reject' }, person('cid')),
  ])

  const won = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(won).toHaveLength(1)
  expect(runs.engine.told).toMatchObject([{ output: won[0]?.wait.outcome }])
})

test('E3 approve against cancel: one of them wins whole, and nothing is told after an acknowledged cancel', async () => {
  for (let round = 0; round < 25; round++) {
    runs.engine.told.length = 0
    const { run } = await waiting()

    const [answered, cancelled] = await Promise.allSettled([
      answer(run.id, toolAnswer(1)),
      cancelRun(runs.world, runs.who, run.id),
    ])

    expect(cancelled.status).toBe('fulfilled')
    expect((await readRun(runs.world, runs.who.orgId, run.id)).status).toBe('cancelled')
    if (answered.status === 'rejected') {
      expect(answered.reason).toMatchObject({ code: 'run_finished', details: { runStatus: 'cancelled' } })
      expect(runs.engine.told).toEqual([])
    }
  }
})

test('E1 ten approvals at once where two are needed end the wait once', async () => {
  for (let round = 0; round < 10; round++) {
    runs.engine.told.length = 0
    const { run } = await waiting(two)

    await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => answer(run.id, { decision: 'approve' }, person(`v${n}`))),
    )

    expect(runs.engine.told).toHaveLength(1)
  }
})
