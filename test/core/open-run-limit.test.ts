import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countOpenRuns } from '../../shared/core/count-open-runs.ts'
import { startRun } from '../../shared/core/start-run.ts'
import { changeOrganisation, getOrganisation, putOrganisation } from '../../shared/store/organisations.ts'
import { getRun } from '../../shared/store/runs.ts'
import { transact } from '../../shared/store/transact.ts'
import { fakeClock } from '../fake-clock.ts'
import { asking, openRunsWorld, org, type RunsWorld } from './runs-fixture.ts'

const clock = fakeClock()
let runs: RunsWorld
let slow: string
beforeAll(async () => {
  runs = await openRunsWorld({ clock })
  slow = await runs.publish(asking)
  const at = new Date(clock.now()).toISOString()
  await transact(runs.world, putOrganisation({ id: org, name: 'Acme', slug: 'acme', createdAt: at }))
})
afterAll(() => runs.close())

const start = () =>
  startRun(runs.world, runs.who, { flowId: slow, inputs: {}, trigger: { type: 'api' }, waitSeconds: 0 })

async function set(change: Parameters<typeof changeOrganisation>[1]): Promise<void> {
  const row = await getOrganisation(runs.world, org)
  const by = { at: new Date(clock.now()).toISOString(), actor: 'user:ann' }
  await transact(runs.world, changeOrganisation(row!, change, by))
  await clock.leap(31_000)
}

describe('open runs of an organisation', () => {
  test('are counted by the sweep; beyond the limit nothing is started until some have ended', async () => {
    for (let at = 0; at < 100; at++) await start()
    const counts = await countOpenRuns(runs.world)
    await set({ limits: { openRuns: 100 } })

    expect(counts).toMatchObject({ runs: 100, waits: 0, overdueWaits: 0 })
    await expect(start()).rejects.toMatchObject({
      code: 'concurrency_limit',
      details: { limit: 100, retryAfterSeconds: 60 },
    })
    await set({ limits: { openRuns: 101 } })
    expect((await start()).run.status).toBe('running')
  })

  test('that were counted long ago hold nobody up', async () => {
    await set({ limits: { openRuns: 100 } })
    await expect(start()).rejects.toMatchObject({ code: 'concurrency_limit' })
    await clock.leap(12 * 60_000)

    expect((await start()).run.status).toBe('running')
  })
})

test('a run is kept as long as its flow says, else its organisation', async () => {
  await clock.leap(12 * 60_000)
  const days = async (flowId: string) => {
    const { run } = await startRun(runs.world, runs.who, {
      ...{ flowId, inputs: {}, trigger: { type: 'api' }, waitSeconds: 0 },
    })
    return (await getRun(runs.world, org, run.id))!.retentionSeconds / 86_400
  }
  const own = await runs.publish({ ...asking, settings: { retentionDays: 7 } })

  expect(await days(slow)).toBe(90)
  await set({ retentionDays: 30 })
  expect([await days(slow), await days(own)]).toEqual([30, 7])
})
