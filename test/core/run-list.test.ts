import { afterAll, beforeAll, expect, test } from 'vitest'
import { endRun } from '../../shared/core/end-run.ts'
import { cancelRun, listRuns } from '../../shared/core/runs.ts'
import { adding, asking, endOf, openRunsWorld, org, type RunsWorld } from './runs-fixture.ts'

let runs: RunsWorld
let adds: string
let asks: string
const day = 86_400_000
/** Ids of the runs, newest first. */
const ids: string[] = []

beforeAll(async () => {
  runs = await openRunsWorld()
  adds = await runs.publish(adding)
  asks = await runs.publish(asking)
  for (let index = 0; index < 12; index++) {
    ids.unshift((await runs.begin(index % 3 === 0 ? asks : adds)).id)
    await runs.clock.leap(day / 4 + 1)
  }
})
afterAll(() => runs.close())

const all = { limit: 100 }

test('runs are listed newest first, over days and shards', async () => {
  const { runs: page, total, totalCapped } = await listRuns(runs.world, org, all)

  expect(page.map(({ id }) => id)).toEqual(ids)
  expect([total, totalCapped]).toEqual([12, false])
})

test('those of one flow, and none of another organisation', async () => {
  const { runs: page } = await listRuns(runs.world, org, { ...all, flowId: asks })

  expect(page.map(({ id }) => id)).toEqual(ids.filter((_, index) => index % 3 === 2))
  expect((await listRuns(runs.world, 'other', all)).total).toBe(0)
})

test('pages by offset and by key meet', async () => {
  const first = await listRuns(runs.world, org, { limit: 5 })
  const byOffset = await listRuns(runs.world, org, { limit: 5, offset: 5 })
  const byKey = await listRuns(runs.world, org, { limit: 5, after: first.nextKey! })
  const last = await listRuns(runs.world, org, { limit: 5, after: byKey.nextKey! })

  expect(byOffset.runs).toEqual(byKey.runs)
  expect([...first.runs, ...byKey.runs, ...last.runs].map(({ id }) => id)).toEqual(ids)
  expect(last.nextKey).toBeNull()
  expect(byKey.total).toBe(12)
})

test('by how they stand: waiting is derived', async () => {
  const [newest, second] = (await listRuns(runs.world, org, { ...all, flowId: asks })).runs
  const run = await runs.begin(asks)
  await runs.ask(run)
  await endRun(runs.world, endOf(runs.world, { ...run, id: newest!.id }))
  await cancelRun(runs.world, runs.who, second!.id, 'enough')

  const by = async (status: 'waiting' | 'completed' | 'cancelled') =>
    (await listRuns(runs.world, org, { ...all, statuses: [status] })).runs

  expect((await by('waiting')).map(({ id }) => id)).toEqual([run.id])
  expect((await by('completed')).map(({ id }) => id)).toEqual([newest!.id])
  expect(await by('cancelled')).toMatchObject([
    { id: second!.id, error: { code: 'cancelled', message: 'enough' }, version: 1 },
  ])
})
