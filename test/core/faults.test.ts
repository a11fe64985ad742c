import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { nameRequest } from '../../shared/core/requests.ts'
import { cancelRun } from '../../shared/core/runs.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { Fault } from '../../shared/faults.ts'
import { listWaits } from '../../shared/store/waits.ts'
import type { World } from '../../shared/world.ts'
import { type CallFault, sdkError, withFault } from '../faults/inject.ts'
import { adding, asking, openRunsWorld, org, type RunsWorld, toolAnswer } from './runs-fixture.ts'

let runs: RunsWorld
let slow: string
let quick: string

beforeAll(async () => {
  runs = await openRunsWorld({ realTime: true })
  slow = await runs.publish(asking)
  quick = await runs.publish(adding)
})
beforeEach(() => {
  runs.engine.told.length = 0
})
afterAll(() => runs.close())

const faults: [string, CallFault][] = [
  ['throttled', { when: 'before', error: () => sdkError('ThrottlingException') }],
  [
    'over its throughput',
    { when: 'before', error: () => sdkError('ProvisionedThroughputExceededException') },
  ],
  ['failing', { when: 'before', error: () => sdkError('InternalServerError', 500) }],
  ['timing out after it was done', { when: 'after', error: () => sdkError('TimeoutError') }],
  [
    'meeting another transaction',
    {
      when: 'before',
      error: () =>
        new TransactionCanceledException({
          message: '',
          $metadata: {},
          CancellationReasons: [{ Code: 'TransactionConflict' }],
        }),
    },
  ],
]

/** Runs the verb with each of its calls going wrong in turn. */
async function eachCall(
  fault: CallFault,
  prepare: () => Promise<string>,
  verb: (world: World, id: string) => Promise<unknown>,
  check: (id: string, error: unknown) => Promise<void>,
): Promise<void> {
  for (let k = 1; k <= 40; k++) {
    const id = await prepare()
    const { world, calls } = withFault(runs.world, k, fault)
    const error = await verb(world, id).then(
      () => null,
      (thrown) => thrown,
    )
    if (error !== null) {
      expect(error, `call ${k}: ${calls[k - 1]}`).toBeInstanceOf(Fault)
      expect([429, 503, 409, 410]).toContain((error as Fault).status)
    }
    await check(id, error)
    if (calls.length < k) return
  }
  expect.unreachable('the verb makes more calls than it should')
}

describe.each(faults)('F6 with a call %s', (_name, fault) => {
  test('a start is whole or absent', { timeout: 60_000 }, async () => {
    let keys = 0
    const idempotency = (id: string) =>
      nameRequest({ who: 'user:ann', method: 'POST', path: _name, key: id }, { body: {}, query: {} })
    const order = (id: string) => ({
      flowId: quick,
      inputs: {},
      trigger: { type: 'api' },
      waitSeconds: 0,
      idempotency: idempotency(id),
    })

    await eachCall(
      fault,
      async () => `key ${++keys}`,
      (world, id) => startRun(world, runs.who, order(id)),
      async (id) => {
        const { run } = await startRun(runs.world, runs.who, order(id))
        expect(['queued', 'running']).toContain((await readRun(runs.world, org, run.id)).status)
      },
    )
  })

  test('an answer is taken once or not at all', { timeout: 60_000 }, async () => {
    await eachCall(
      fault,
      async () => {
        runs.engine.told.length = 0
        const run = await runs.begin(slow)
        await runs.ask(run)
        return run.id
      },
      (world, runId) => answerWait(world, runs.who, { runId, answer: toolAnswer(1) }, 0),
      async (runId) => {
        await answerWait(runs.world, runs.who, { runId, answer: toolAnswer(1) }, 0)
        expect(runs.engine.told).toHaveLength(1)
        expect((await listWaits(runs.world, org, runId)).map(({ status }) => status)).toEqual(['answered'])
      },
    )
  })

  test('a cancel cancels or changes nothing', { timeout: 60_000 }, async () => {
    await eachCall(
      fault,
      async () => {
        const run = await runs.begin(slow)
        await runs.ask(run)
        return run.id
      },
      (world, runId) => cancelRun(world, runs.who, runId),
      async (runId, error) => {
        const { status } = await readRun(runs.world, org, runId)
        const [wait] = await listWaits(runs.world, org, runId)
        expect([status, wait?.status]).toEqual(
          status === 'cancelled' ? ['cancelled', 'cancelled'] : ['waiting', 'open'],
        )
        if (error === null) expect(status).toBe('cancelled')
        await cancelRun(runs.world, runs.who, runId)
        expect(runs.engine.stopped).toContain(runId)
      },
    )
  })
})

test('F6 a condition that fails without the item is a lost race, not a fault of ours', async () => {
  const run = await runs.begin(slow)
  await runs.ask(run)
  const fault: CallFault = {
    when: 'before',
    error: () => new ConditionalCheckFailedException({ message: '', $metadata: {} }),
  }
  for (let k = 1; k <= 8; k++) {
    const { world } = withFault(runs.world, k, fault)
    await answerWait(world, runs.who, { runId: run.id, answer: { decision: 'approve' } }, 0).catch((error) =>
      expect(error.status ?? 400).toBeLessThan(500),
    )
  }
})
