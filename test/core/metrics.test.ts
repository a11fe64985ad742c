import type { Context } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { door } from '../../functions/door.ts'
import { openMetrics } from '../../shared/aws/metrics.ts'
import { sweep } from '../../shared/core/reconcile.ts'
import { asking } from '../faces/flows-of-tests.ts'
import { openFaces } from '../faces/open-faces.ts'
import { openTestWorld, type TestWorld } from '../world.ts'

const context = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 29_000 } as Context

/** What is written as lines of the log while something is done. */
async function written(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const lines: string[] = []
  const log = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  try {
    await work()
  } finally {
    log.mockRestore()
  }
  return lines.map((line) => JSON.parse(line))
}

describe('figures of an invocation', () => {
  let opened: TestWorld
  beforeAll(async () => {
    opened = await openTestWorld()
  })
  afterAll(() => opened.close())

  test('go out once it is over, in the embedded metric format, by stage and type', async () => {
    const world = { ...opened.world, metrics: openMetrics('prod') }
    const open = door(async ({ metrics }) => {
      metrics.count('RunsStarted')
      metrics.count('RunsStarted')
      metrics.milliseconds('StepMilliseconds', 12, 'http.request')
    })
    const lines = await written(() => open(world)({}, context))
    const [counted, timed] = lines as [Record<string, unknown>, Record<string, unknown>]

    expect(lines).toHaveLength(2)
    expect(counted).toMatchObject({ service: 'prod', RunsStarted: [1, 1] })
    expect(timed).toMatchObject({ service: 'prod', Type: 'http.request', StepMilliseconds: 12 })
    expect(timed._aws).toMatchObject({
      CloudWatchMetrics: [
        { Namespace: 'Sluice', Dimensions: [['service', 'Type']], Metrics: [{ Unit: 'Milliseconds' }] },
      ],
    })
  })

  test('go out also if it fails, and nothing goes out if nothing was counted', async () => {
    const world = { ...opened.world, metrics: openMetrics('prod') }
    const failing = door(async ({ metrics }) => {
      metrics.count('RunsFailed')
      throw new Error('no')
    })
    const lines = await written(() => failing(world)({}, context).catch(() => {}))
    const none = await written(() => door(async () => 1)(world)({}, context))

    expect(lines).toMatchObject([{ RunsFailed: 1 }])
    expect(none).toEqual([])
  })
})

test('a run, its wait and its answer are counted from the stream, the rest by the sweep', async () => {
  const counts = new Map<string, number[]>()
  const add = (name: string, value = 1) => void counts.set(name, [...(counts.get(name) ?? []), value])
  const metrics = { count: add, milliseconds: add, seconds: add, flush: async () => {} }
  const faces = await openFaces({ metrics })
  const { body } = await faces.execute(await faces.flow(asking))
  await faces.send('POST', `/v1/flowrun/resume/${body.appRunId}`, {
    as: faces.acme.token.user,
    body: { decision: 'approve' },
  })

  await expect
    .poll(() => [...counts.keys()].sort())
    .toEqual(['AnswerMilliseconds', 'RunsCompleted', 'RunsStarted', 'RunsWaiting', 'WaitSeconds'])
  await sweep(faces.world)
  expect([counts.get('RunsOpen'), counts.get('WaitsOverdue')]).toEqual([[0], [0]])
  await faces.close()
})
