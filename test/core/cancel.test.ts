import { afterAll, beforeAll, expect, test } from 'vitest'
import { deleteFlow } from '../../shared/core/flows.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { cancelRun } from '../../shared/core/runs.ts'
import { recordEnd } from '../../shared/core/settle.ts'
import { keepChild } from '../../shared/store/children.ts'
import type { World } from '../../shared/world.ts'
import { asking, openRunsWorld, org, type RunsWorld } from './runs-fixture.ts'

let runs: RunsWorld
beforeAll(async () => {
  runs = await openRunsWorld()
})
afterAll(() => runs.close())

const statusOf = async (id: string) => (await readRun(runs.world, org, id)).status

/** A World in which something happens right after a list of runs was read. */
function afterListing(happens: () => Promise<unknown>): World {
  const { db } = runs.world
  const send = async (command: { input: { IndexName?: string } }) => {
    const reply = await (db.send as (given: unknown) => Promise<unknown>)(command)
    if (command.input.IndexName !== undefined) await happens()
    return reply
  }
  return { ...runs.world, db: Object.assign(Object.create(db), { send }) }
}

// The run that had ended refused its cancel: the flow was gone, its other runs went on, and the caller was told 409.
test('a run that ends while its flow is deleted keeps no other from being cancelled', async () => {
  const flowId = await runs.publish(asking)
  const older = await runs.begin(flowId)
  await runs.clock.advance(1000)
  const newer = await runs.begin(flowId)
  const world = afterListing(() =>
    recordEnd(runs.world, org, newer.id, { status: 'completed', output: null }),
  )

  const deleted = await deleteFlow(world, runs.who, flowId, { cancelRuns: true })

  expect(deleted).toEqual({ openRuns: 2 })
  expect([await statusOf(newer.id), await statusOf(older.id)]).toEqual(['completed', 'cancelled'])
})

// The parent was cancelled, its caller was told that there was no such run, and its execution was never stopped.
test('a run is cancelled whose child has been removed at the end of its retention', async () => {
  const run = await runs.begin(await runs.publish(asking))
  await keepChild(runs.world, {
    ...{ orgId: org, runId: run.id, childId: 'gone', stepKey: '1#call', token: '' },
    status: 'answered',
  })

  const cancelled = await cancelRun(runs.world, runs.who, run.id)

  expect(cancelled.status).toBe('cancelled')
  expect(runs.engine.stopped).toContain(run.id)
})
