import type { DynamoDBRecord } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerWait } from '../../shared/core/answers.ts'
import { endRun } from '../../shared/core/end-run.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { cancelRun } from '../../shared/core/runs.ts'
import { applyChanges } from '../../shared/core/updates.ts'
import { doWork } from '../../shared/core/work.ts'
import { readEvents } from '../../shared/store/events.ts'
import { listWaits } from '../../shared/store/waits.ts'
import {
  asking,
  endOf,
  openRunsWorld,
  org,
  passTime,
  type RunsWorld,
  toolAnswer,
  workOf,
} from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string
const records: DynamoDBRecord[] = []

beforeAll(async () => {
  runs = await openRunsWorld({
    outbound: async () => ({ status: 200, headers: {}, body: '', durationMs: 1 }),
  })
  runs.dynamo.onChanges(async (changes) => {
    records.push(...changes)
    return { batchItemFailures: [] }
  })
  flowId = await runs.publish({
    ...asking,
    nodes: {
      first: { type: 'transform', params: { value: 1 }, next: 'ask' },
      ask: { type: 'client-tool', params: { toolName: 'tool' } },
    },
  })
})
afterAll(() => runs.close())

/** The changes of a run, once its end and the given number have come: fewer once tore a run's record off mid-way. */
async function changesOf(runId: string, exactly: number): Promise<DynamoDBRecord[]> {
  const mine = () => records.filter(({ dynamodb }) => dynamodb?.Keys?.pk?.S?.endsWith(runId))
  for (let turn = 0; mine().length < exactly && turn < 5000; turn++) await runs.clock.advance(1)
  expect(mine()).toHaveLength(exactly)
  return mine()
}

async function wholeRun() {
  const run = await runs.begin(flowId)
  await runs.ask(run, { trace: { first: '2026-01-01T00:00:00Z' }, seen: { first: 1 } })
  await answerWait(runs.world, runs.who, { runId: run.id, answer: toolAnswer('yes') }, 0)
  await doWork(runs.world, workOf(runs.world, run))
  const trace = { first: '2026-01-01T00:00:00Z' }
  await endRun(runs.world, endOf(runs.world, run, { trace, lastStepId: 'ask' }))
  return { run, changes: await changesOf(run.id, 10) }
}

const eventsOf = (runId: string, after = 0) => readEvents(runs.world, org, runId, after, 1000)

const whole = [
  'run.created',
  'log',
  'run.started',
  'run.waiting',
  'step.started first',
  'step.completed first',
  'step.started ask',
  'log ask',
  'wait.opened ask',
  'run.resumed',
  'log ask',
  'wait.answered ask',
  'step.completed ask',
  'step.started call',
  'log call',
  'step.completed call',
  'log ask',
  'run.completed',
]

/** Changes of one transaction come in any order. */
function named(events: { type: string; stepId?: string }[]): string[] {
  return events.map(({ type, stepId }) => (stepId && type !== 'run.created' ? `${type} ${stepId}` : type))
}

describe("a run's record of events", () => {
  test('tells everything once, numbered from 1 without gap, the end last', async () => {
    const { run, changes } = await wholeRun()

    expect(await applyChanges(runs.world, changes)).toEqual([])

    const events = await eventsOf(run.id)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    const expected = whole.map((name, index) => (index === 1 ? 'log first' : name))
    expect(named(events).toSorted()).toEqual(expected.toSorted())
    expect(events.at(-1)).toMatchObject({ type: 'run.completed', data: { output: { done: true } } })
    expect(events[1]?.data).toEqual({ level: 'info', message: 'Execution started' })
    expect(events.find(({ type }) => type === 'step.completed')).toMatchObject({
      stepId: 'first',
      stepType: 'transform',
      data: { native: true, output: 1 },
    })
  })

  test('is the same however the changes are cut into deliveries and repeated', async () => {
    const { run, changes } = await wholeRun()
    const first = await wholeRun()
    await applyChanges(runs.world, first.changes)
    const reference = named(await eventsOf(first.run.id))

    for (let end = 1; end <= changes.length; end++) {
      await applyChanges(runs.world, changes.slice(0, end))
      await applyChanges(runs.world, changes.slice(Math.max(0, end - 2), end))
    }
    await applyChanges(runs.world, changes)

    const events = await eventsOf(run.id)
    expect(named(events)).toEqual(reference)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  })

  test('the end names its step although the start comes with it', async () => {
    const run = await runs.begin(flowId)
    await endRun(runs.world, endOf(runs.world, run, { lastStepId: 'ask' }))
    const mine = () => records.filter(({ dynamodb }) => dynamodb?.Keys?.pk?.S?.endsWith(run.id))
    const ended = () => mine().some(({ dynamodb }) => dynamodb?.NewImage?.status?.S === 'completed')
    for (let turn = 0; !ended() && turn < 5000; turn++) await runs.clock.advance(1)

    await applyChanges(runs.world, mine())

    const last = (await eventsOf(run.id)).at(-2)
    expect(last).toMatchObject({ stepId: 'ask', stepType: 'client-tool' })
    expect(last?.data).toMatchObject({ message: 'Execution completed' })
  })

  test('two consumers at once make one record', async () => {
    const { run, changes } = await wholeRun()

    await passTime(
      runs.clock,
      Promise.all([applyChanges(runs.world, changes), applyChanges(runs.world, changes)]),
    )

    expect(await eventsOf(run.id)).toHaveLength(whole.length)
  })

  test('more events than one item holds are read from any number on', async () => {
    const run = await runs.begin(flowId)
    const trace = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`s${n}`, new Date(1e12 + n).toISOString()]),
    )
    await endRun(runs.world, endOf(runs.world, run, { trace }))
    await applyChanges(runs.world, await changesOf(run.id, 3))

    const all = await eventsOf(run.id)
    expect(all).toHaveLength(605)
    for (const after of [0, 1, 98, 99, 100, 101, 350, 604, 605])
      expect((await readEvents(runs.world, org, run.id, after, 50)).map(({ seq }) => seq)).toEqual(
        all.slice(after, after + 50).map(({ seq }) => seq),
      )
  })
})

describe('after the end of a run', () => {
  test('its open waits close', async () => {
    const run = await runs.begin(flowId)
    await runs.ask(run)
    await endRun(runs.world, endOf(runs.world, run, { lastStepId: 'ask' }))

    await applyChanges(runs.world, await changesOf(run.id, 5))

    expect((await listWaits(runs.world, org, run.id)).map(({ status }) => status)).toEqual(['cancelled'])
    expect(named(await eventsOf(run.id)).slice(-3)).toEqual([
      'wait.cancelled ask',
      'log ask',
      'run.completed',
    ])
  })

  test('a cancel tells of its waits once, and is the last event', async () => {
    const run = await runs.begin(flowId)
    await runs.ask(run)
    await cancelRun(runs.world, runs.who, run.id)

    await applyChanges(runs.world, await changesOf(run.id, 7))

    const events = await eventsOf(run.id)
    expect(events.at(-1)).toMatchObject({ type: 'run.cancelled', data: { error: { code: 'cancelled' } } })
    expect(events.filter(({ type }) => type === 'wait.cancelled')).toHaveLength(1)
  })

  test('the end of its retention removes everything that lay with it', async () => {
    const { run, changes } = await wholeRun()
    await applyChanges(runs.world, changes)
    const gone: DynamoDBRecord = {
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: { pk: { S: `ORG#${org}#RUN#${run.id}` }, sk: { S: 'META' } }, SequenceNumber: '9' },
    } as DynamoDBRecord

    await applyChanges(runs.world, [gone])

    await expect(readRun(runs.world, org, run.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await eventsOf(run.id)).toEqual([])
    expect(await listWaits(runs.world, org, run.id)).toEqual([])
  })
})

test('a run whose changes fail names its first one; other runs go on', async () => {
  const { run, changes } = await wholeRun()
  const broken = structuredClone(changes[0]) as DynamoDBRecord
  broken.dynamodb!.Keys!.pk!.S = `ORG#${org}#RUN#broken`
  broken.dynamodb!.NewImage!.entry = { S: '{' }
  broken.dynamodb!.SequenceNumber = '000000000000000000007'

  const failures = await applyChanges(runs.world, [broken, ...changes])

  expect(failures).toEqual([{ itemIdentifier: '000000000000000000007' }])
  expect(await eventsOf(run.id)).toHaveLength(whole.length)
})
