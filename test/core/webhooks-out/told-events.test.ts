import type { DynamoDBRecord } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answerWait } from '../../../shared/core/answers.ts'
import { endRun } from '../../../shared/core/end-run.ts'
import { applyChanges } from '../../../shared/core/updates.ts'
import { publishVersion, rollbackTo, unpublishVersion } from '../../../shared/core/version-status.ts'
import { adding, asking, endOf, org, toolAnswer } from '../runs-fixture.ts'
import { type DeliveriesWorld, openDeliveriesWorld } from './deliveries-fixture.ts'

let runs: DeliveriesWorld
beforeEach(async () => {
  runs = await openDeliveriesWorld()
})
afterEach(() => runs.close())

describe('what endpoints are told', () => {
  test('the course of a run, thinly: never what was asked, answered or given', async () => {
    const { endpoint } = await runs.make()
    const flow = await runs.publish(asking)
    const run = await runs.begin(flow, { secret: 'canary-input' })
    await runs.ask(run, { args: { toolName: 'canary-tool', parameters: {} } })
    await answerWait(runs.world, runs.who, { runId: run.id, answer: toolAnswer('canary-answer') }, 0)
    await endRun(runs.world, endOf(runs.world, run, { lastStepId: 'ask', output: 'canary-output' }))
    await runs.fresh(8)

    const types = runs.bodies().map(({ type }) => type)
    expect(types.toSorted()).toEqual(
      [
        'flow.published',
        ...['run.created', 'run.started', 'run.waiting', 'run.resumed', 'run.completed'],
        ...['wait.opened', 'wait.answered'],
      ].toSorted(),
    )
    const told = (type: string) => runs.bodies().find((body) => body.type === type)
    expect(told('run.completed')).toEqual({
      type: 'run.completed',
      timestamp: expect.any(String),
      data: { runId: run.id, flowId: flow, version: 1, status: 'completed' },
    })
    expect(told('wait.opened')?.data).toMatchObject({
      waitId: expect.any(String),
      stepId: 'ask',
      kind: 'client-tool',
    })
    expect(told('flow.published')?.data).toEqual({ flowId: flow, version: 1, status: 'published' })
    expect(JSON.stringify(runs.sent)).not.toContain('canary')
    expect((await runs.list(endpoint.id)).every(({ status }) => status === 'delivered')).toBe(true)
  })

  test('only what they asked for, of the flows they asked for', async () => {
    const flow = await runs.publish(adding)
    const other = await runs.publish(asking)
    const chosen = await runs.make({ events: ['run.created'], flowIds: [flow] })
    const ends = await runs.make({ events: ['run.failed', 'flow.rolled_back'] })
    const off = await runs.make({ disabled: true })
    await runs.begin(other)
    await runs.begin(flow)
    await runs.come(1)

    expect(await runs.typesOf(chosen.endpoint.id)).toEqual(['run.created'])
    expect(await runs.typesOf(ends.endpoint.id)).toEqual([])
    expect(await runs.typesOf(off.endpoint.id)).toEqual([])
  })

  test('of versions: published, published again, rolled back', async () => {
    const { endpoint } = await runs.make({ events: ['flow.published', 'flow.rolled_back'] })
    const flow = await runs.publish(adding)
    await unpublishVersion(runs.world, runs.who, flow, 1)
    await runs.clock.advance(1000)
    await publishVersion(runs.world, runs.who, flow, 1)
    await runs.clock.advance(1000)
    await rollbackTo(runs.world, runs.who, flow, 1)
    await runs.come(3)

    expect(await runs.typesOf(endpoint.id)).toEqual(['flow.published', 'flow.published', 'flow.rolled_back'])
  })

  test('of a firing that was missed', async () => {
    const { endpoint } = await runs.make({ events: ['schedule.missed'] })
    const row = (lastResult: object | null) => ({
      ...{ id: { S: 's1' }, flowId: { S: 'f1' }, name: { S: 'default' } },
      lastResult: lastResult === null ? { NULL: true } : { M: lastResult },
    })
    const missed = {
      outcome: { S: 'missed' },
      scheduledAt: { S: '2026-01-01T00:00:00.000Z' },
      reason: { S: 'late' },
    }
    const change = (before: object, after: object) =>
      ({
        eventName: 'MODIFY',
        dynamodb: {
          Keys: { pk: { S: `ORG#${org}#FLOW#f1` }, sk: { S: 'SCHED#default' } },
          SequenceNumber: '1',
          OldImage: before,
          NewImage: after,
        },
      }) as DynamoDBRecord
    await runs.drive(
      applyChanges(runs.world, [change(row(null), row(missed)), change(row(missed), row(missed))]),
    )
    await runs.fresh()

    expect(await runs.typesOf(endpoint.id)).toEqual(['schedule.missed'])
    expect(runs.bodies()[0]?.data).toMatchObject({
      flowId: 'f1',
      schedule: 'default',
      scheduledAt: '2026-01-01T00:00:00.000Z',
    })
  })

  test('once for each event and endpoint, however often the changes come', async () => {
    const [one, two] = [
      await runs.make({ events: ['run.created'] }),
      await runs.make({ events: ['run.created'] }),
    ]
    await runs.begin(await runs.publish(adding))
    await runs.come(2)
    const again = [...runs.records]
    await runs.drive(applyChanges(runs.world, again))
    await runs.drive(Promise.all([applyChanges(runs.world, again), applyChanges(runs.world, again)]))

    const [first, second] = [await runs.list(one.endpoint.id), await runs.list(two.endpoint.id)]
    expect([first.length, second.length]).toEqual([1, 1])
    expect(first[0]?.eventId).toBe(second[0]?.eventId)
  })
})
