import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { expireWait } from '../../shared/core/expire-wait.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { listSteps } from '../../shared/core/runs.ts'
import { readWait } from '../../shared/core/waits.ts'
import { Fault } from '../../shared/faults.ts'
import {
  asking,
  askOf,
  endOf,
  openRunsWorld,
  passTime,
  person,
  type RunsWorld,
  toolAnswer,
} from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string

beforeAll(async () => {
  runs = await openRunsWorld()
  flowId = await runs.publish(asking)
})
beforeEach(() => {
  runs.engine.told.length = 0
  runs.engine.before = () => undefined
})
afterAll(() => runs.close())

const approvalArgs = { message: 'Renew?' }

async function waiting(event: Parameters<RunsWorld['ask']>[1] = {}) {
  const run = await runs.begin(flowId)
  const token = await runs.ask(run, event)
  const seen = await readRun(runs.world, runs.who.orgId, run.id)
  return { run, token, wait: seen.waits[0]! }
}

function answer(runId: string, given: object, who = runs.who, waitId?: string) {
  return answerWait(runs.world, who, { runId, waitId, answer: given as never }, 0)
}

async function refusal(work: Promise<unknown>): Promise<Fault> {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(Fault)
  return error
}

test('an answer reaches the engine with what the step makes of it, and closes the wait', async () => {
  const { run, token, wait } = await waiting()

  const result = await answer(run.id, toolAnswer({ by: 'ann' }))

  expect(runs.engine.told).toEqual([{ token, output: { by: 'ann' } }])
  expect(result).toMatchObject({
    replayed: false,
    wait: { id: wait.id, status: 'answered', answeredBy: 'user:ann', outcome: { success: true } },
    run: { status: 'running', openWaits: 0, waits: [] },
  })
})

test('E4 an answer is taken until a millisecond before the deadline and refused from then on', async () => {
  const early = await waiting({ timeoutSeconds: 5 })
  await runs.clock.advance(4999)
  await answer(early.run.id, toolAnswer(1))

  const late = await waiting({ timeoutSeconds: 5 })
  await runs.clock.advance(5000)
  const refused = await refusal(answer(late.run.id, toolAnswer(1)))

  expect(refused).toMatchObject({
    code: 'wait_expired',
    details: { expiredAt: late.wait.expiresAt, onTimeout: 'fail' },
  })
  expect(runs.engine.told).toHaveLength(1)
})

test('E5 a task that the engine has given up makes 410 and an expired wait', async () => {
  const { run, token } = await waiting()
  runs.engine.tasks.set(token, 'timed_out')

  const refused = await refusal(answer(run.id, toolAnswer(1)))

  expect(refused.code).toBe('wait_expired')
  const again = await refusal(answer(run.id, toolAnswer(1)))
  expect(again.code).toBe('wait_expired')
  expect((await readRun(runs.world, runs.who.orgId, run.id)).openWaits).toBe(0)
})

// The step stood as completed, with the outcome of the answer that was refused.
test('E5 an answer that the engine did not take leaves nothing on the record', async () => {
  const { run, wait, token } = await waiting({ type: 'approval', args: approvalArgs })
  runs.engine.tasks.set(token, 'timed_out')

  await refusal(answer(run.id, { decision: 'approve' }))

  expect(await readWait(runs.world, runs.who.orgId, wait.id)).toMatchObject({
    status: 'expired',
    answeredAt: null,
    answeredBy: null,
    outcome: null,
  })
  expect(await listSteps(runs.world, runs.who.orgId, run.id)).toMatchObject([
    { status: 'failed', outcome: 'timeout', error: { code: 'Wait.Expired' } },
  ])
})

test('E5 a task that the engine does not know makes 409, after it was asked again', async () => {
  const { run, token } = await waiting()
  runs.engine.tasks.delete(token)

  const refused = await passTime(runs.clock, refusal(answer(run.id, toolAnswer(1))))

  expect(refused.code).toBe('run_finished')
})

test('E5 a task that the engine comes to know a moment later takes the answer', async () => {
  const { run, token } = await waiting()
  runs.engine.tasks.delete(token)

  const given = answer(run.id, toolAnswer(1))
  await runs.clock.advance(40)
  runs.engine.tasks.set(token, 'open')

  expect((await passTime(runs.clock, given)).wait.status).toBe('answered')
})

test('a throttled engine gives the wait back: 503, and the next answer is taken', async () => {
  const { run } = await waiting()
  runs.engine.before = (operation) => (operation === 'SendTaskSuccess' ? 'ThrottlingException' : undefined)

  const refused = await passTime(runs.clock, refusal(answer(run.id, toolAnswer(1))))
  expect(refused.code).toBe('unavailable')
  runs.engine.before = () => undefined

  expect((await readRun(runs.world, runs.who.orgId, run.id)).status).toBe('waiting')
  expect((await answer(run.id, toolAnswer(2))).wait.status).toBe('answered')
})

describe('which wait', () => {
  test('E8 a wait of another run, or two names, change nothing', async () => {
    const first = await waiting()
    const other = await waiting()

    const wrong = [
      () => answer(first.run.id, toolAnswer(1), runs.who, other.wait.id),
      () => answer(first.run.id, { toolResult: { executionId: other.wait.id, success: true } }),
      () =>
        answer(
          first.run.id,
          { toolResult: { executionId: other.wait.id, success: true } },
          runs.who,
          first.wait.id,
        ),
    ]

    for (const one of wrong)
      expect(await refusal(one())).toMatchObject({ code: 'conflict', details: { reason: 'wait_mismatch' } })
    expect(runs.engine.told).toEqual([])
  })

  test('E8 E13 with several open an answer must name its wait, and reaches it', async () => {
    const run = await runs.begin(flowId)
    const left = await runs.ask(run, { stepId: 'left' })
    const right = await runs.ask(run, { stepId: 'right' })
    const { waits } = await readRun(runs.world, runs.who.orgId, run.id)

    const refused = await refusal(answer(run.id, toolAnswer(0)))
    expect(refused.details).toMatchObject({ reason: 'wait_not_named' })
    expect((refused.details.waits as unknown[]).length).toBe(2)
    const idOf = (stepId: string) => waits.find((wait) => wait.stepId === stepId)!.id
    await answer(run.id, toolAnswer('r'), runs.who, idOf('right'))
    await answer(run.id, toolAnswer('l'), runs.who, idOf('left'))

    expect(runs.engine.told).toEqual([
      { token: right, output: 'r' },
      { token: left, output: 'l' },
    ])
  })

  test('a run that never asked is not waiting; one that has ended is finished', async () => {
    const run = await runs.begin(flowId)
    expect(await refusal(answer(run.id, toolAnswer(1)))).toMatchObject({ details: { reason: 'not_waiting' } })

    await endRun(runs.world, endOf(runs.world, run))
    expect(await refusal(answer(run.id, toolAnswer(1)))).toMatchObject({
      code: 'run_finished',
      details: { runStatus: 'completed' },
    })
  })

  test('a run of another organisation does not exist', async () => {
    const { run } = await waiting()
    const stranger = person('eve', { orgId: 'other' })

    expect((await refusal(answer(run.id, toolAnswer(1), stranger))).code).toBe('not_found')
  })
})

test('M2 the same answer again is replayed, also after the run has ended; another one is 409', async () => {
  const { run } = await waiting()
  await answer(run.id, toolAnswer(1))
  await endRun(runs.world, endOf(runs.world, run))

  const again = await answer(run.id, toolAnswer(1))
  const other = await refusal(answer(run.id, toolAnswer(2)))
  const byOther = await refusal(answer(run.id, toolAnswer(1), person('bob')))

  expect(again).toMatchObject({ replayed: true, run: { status: 'completed' } })
  for (const refused of [other, byOther])
    expect(refused).toMatchObject({ code: 'wait_already_answered', details: { answeredBy: 'user:ann' } })
  expect(runs.engine.told).toHaveLength(1)
})

test('E9 an output of 262,144 bytes is taken, one more byte is 413 and the wait stays open', async () => {
  const { run } = await waiting()
  const text = 'é'.repeat((262_144 - 2) / 2)

  const refused = await refusal(answer(run.id, toolAnswer(`${text}x`)))
  expect(refused).toMatchObject({ code: 'payload_too_large', details: { limitBytes: 262_144 } })
  expect((await readRun(runs.world, runs.who.orgId, run.id)).status).toBe('waiting')

  await answer(run.id, toolAnswer(text))
  expect(runs.engine.told[0]?.output).toBe(text)
})

test('E9 a tool that failed ends the task with its error', async () => {
  const { run, token } = await waiting()

  const { wait } = await answer(run.id, { toolResult: { success: false, error: 'no net' } })

  expect(runs.engine.told).toEqual([{ token, error: 'ClientTool.Failed', cause: 'no net' }])
  expect(wait.outcome).toEqual({ success: false })
})

test('E12 asked again with a new token the same wait stands, and its answer goes to the new one', async () => {
  const run = await runs.begin(flowId)
  const event = askOf(runs.world, run)
  await runs.ask(run, { ...event, token: 'old' })
  await runs.ask(run, { ...event, token: 'new' })
  runs.engine.tasks.set('old', 'timed_out')

  const { waits } = await readRun(runs.world, runs.who.orgId, run.id)
  expect(waits).toHaveLength(1)
  await answer(run.id, toolAnswer(1))

  expect(runs.engine.told).toEqual([{ token: 'new', output: 1 }])
})

test('a refused answer costs nothing: 422 with the issues, still waiting, no call to the engine', async () => {
  const { run } = await waiting({ type: 'approval', args: approvalArgs })

  const refused = await refusal(answer(run.id, { decision: 'perhaps' }))

  expect(refused.code).toBe('validation_failed')
  expect(refused.details.issues).not.toEqual([])
  expect((await readRun(runs.world, runs.who.orgId, run.id)).status).toBe('waiting')
})

describe('who may answer an approval', () => {
  test('only the approvers, by account or e-mail, admins not excepted', async () => {
    const { run } = await waiting({
      type: 'approval',
      args: { ...approvalArgs, approvers: ['BOB@example.com'] },
    })

    expect((await refusal(answer(run.id, { decision: 'approve' }))).code).toBe('forbidden')
    const { wait } = await answer(run.id, { decision: 'approve' }, person('bob'))

    expect(wait.outcome).toEqual({ decision: 'approve' })
  })

  test('not the starter where the step says so, also not by a key of theirs', async () => {
    const { run } = await waiting({ type: 'approval', args: { ...approvalArgs, allowSelf: false } })
    const key = person('ann', { actor: 'key:k1', sessionId: null })

    expect((await refusal(answer(run.id, { decision: 'approve' }))).code).toBe('forbidden')
    expect((await refusal(answer(run.id, { decision: 'approve' }, key))).code).toBe('forbidden')
    await answer(run.id, { decision: 'approve' }, person('bob'))
  })
})

describe('approvals by several people', () => {
  const two = { type: 'approval', args: { ...approvalArgs, approvals: 2 } }

  test('votes keep the wait open until enough have approved', async () => {
    const { run } = await waiting(two)

    const first = await answer(run.id, { decision: 'approve' }, person('bob'))
    expect(first.run).toMatchObject({ status: 'waiting' })
    expect(first.run.waits[0]?.question).toMatchObject({
      approvals: { needed: 2, given: 1 },
      votes: [{ decision: 'approve', by: 'user:bob' }],
    })
    expect(runs.engine.told).toEqual([])

    await answer(run.id, { decision: 'approve' }, person('cid'))
    expect(runs.engine.told).toMatchObject([{ output: { decision: 'approve', decidedBy: 'user:cid' } }])
  })

  test('a vote again is the same vote, the opposite one is 409, a second key is no second person', async () => {
    const { run } = await waiting(two)
    await answer(run.id, { decision: 'approve' }, person('bob'))

    const again = await answer(run.id, { decision: 'approve' }, person('bob'))
    const opposite = await refusal(answer(run.id, { decision: 'reject' }, person('bob')))
    const byKey = await answer(run.id, { decision: 'approve' }, person('bob', { actor: 'key:k9' }))

    expect(again.replayed).toBe(true)
    expect(opposite).toMatchObject({
      code: 'wait_already_answered',
      details: { outcome: { decision: 'approve' } },
    })
    expect(byKey.run.status).toBe('waiting')
    expect(runs.engine.told).toEqual([])
  })

  test('the first reject ends it', async () => {
    const { run } = await waiting(two)
    await answer(run.id, { decision: 'approve' }, person('bob'))

    await answer(run.id, { decision: 'reject' }, person('cid'))

    expect(runs.engine.told).toMatchObject([{ output: { decision: 'reject' } }])
    const late = await refusal(answer(run.id, { decision: 'approve' }, person('dan')))
    expect(late.details).toMatchObject({ answeredBy: 'user:cid' })
  })
})

test('a form field that must not be seen reaches the engine sealed', async () => {
  const form = [
    { name: 'pin', type: 'password', required: true },
    { name: 'note', type: 'text' },
  ]
  const { run } = await waiting({ type: 'approval', args: { ...approvalArgs, form } })

  await answer(run.id, { decision: 'approve', form: { pin: 'hunter22', note: 'ok' } })

  const output = runs.engine.told[0]?.output as { form: Record<string, string> }
  expect(output.form.note).toBe('ok')
  expect(output.form.pin).toMatch(/^eyJ[^.]+\.\./)
})

describe('a wait that ran out of time', () => {
  test('closes as expired; the answer after it is 410', async () => {
    const run = await runs.begin(flowId)
    const event = askOf(runs.world, run, { timeoutSeconds: 5 })
    await runs.ask(run, event)
    await runs.clock.advance(6000)

    const { token: _, timeoutSeconds: __, args: ___, kind: ____, ...sent } = event
    await expireWait(runs.world, { ...sent, kind: 'expire', askedAt: event.at } as never)

    expect((await refusal(answer(run.id, toolAnswer(1)))).code).toBe('wait_expired')
    expect((await readRun(runs.world, runs.who.orgId, run.id)).openWaits).toBe(0)
  })

  test('M4 records the decision that the author set for silence', async () => {
    const run = await runs.begin(flowId)
    const event = askOf(runs.world, run, {
      type: 'approval',
      args: approvalArgs,
      onTimeout: { decision: 'reject' },
    })
    await runs.ask(run, event)
    const [wait] = (await readRun(runs.world, runs.who.orgId, run.id)).waits

    await expireWait(runs.world, { ...event, kind: 'expire', askedAt: event.at } as never)

    expect(await refusal(answer(run.id, { decision: 'approve' }, runs.who, wait!.id))).toMatchObject({
      code: 'wait_expired',
      details: { onTimeout: { decision: 'reject' } },
    })
  })
})
