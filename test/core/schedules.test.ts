import { GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Firing, fireSchedule } from '../../shared/core/fire-schedule.ts'
import { deleteFlow } from '../../shared/core/flows.ts'
import { schedulerNames } from '../../shared/core/forget-schedule.ts'
import { readRun } from '../../shared/core/read-run.ts'
import { sweep } from '../../shared/core/reconcile.ts'
import { cancelRun, listRuns } from '../../shared/core/runs.ts'
import type { ScheduleWish } from '../../shared/core/schedule-wish.ts'
import { cancelSchedule, readSchedule, setSchedule } from '../../shared/core/schedules.ts'
import { dropScheduleWrite, getSchedule } from '../../shared/store/schedules.ts'
import { transact } from '../../shared/store/transact.ts'
import { openRunsWorld, org, passTime, type RunsWorld } from './runs-fixture.ts'

let runs: RunsWorld
let flowId: string
/** What Scheduler has delivered. */
let firings: Firing[]
let finished: number
beforeEach(async () => {
  runs = await openRunsWorld()
  firings = []
  finished = 0
  runs.onFiring(async (firing) => {
    firings.push(firing as Firing)
    await fireSchedule(runs.world, firing as Firing).finally(() => finished++)
  })
  flowId = await runs.publish({
    metadata: { name: 'Report' },
    triggers: [{ type: 'schedule' }],
    inputs: [{ name: 'reportType', type: 'text', required: true }],
    nodes: { ask: { type: 'client-tool', params: { toolName: 'tool' } } },
  })
})
afterEach(() => runs.close())

const minute = 60_000
const set = (wish: Partial<ScheduleWish> = {}, more = {}) =>
  setSchedule(
    runs.world,
    runs.who,
    flowId,
    { cron: '* * * * *', data: { inputs: { reportType: 'hourly' } }, ...wish },
    more,
  )
const read = async () => (await readSchedule(runs.world, org, flowId, 'default'))!
const started = async () => (await listRuns(runs.world, org, { flowId, limit: 100 })).runs.reverse()
/** Lets a minute pass, and what fires in it be done. */
const pass = async (milliseconds = minute) => {
  const before = firings.length
  await runs.clock.advance(milliseconds)
  for (let n = 0; n < 200 && firings.length === before; n++) await runs.clock.advance(1)
  // Whatever it takes on a busy machine; time passes only if something waits for it.
  for (let n = 1; n < 5000 && finished < firings.length; n++) await runs.clock.advance(n % 200 === 0 ? 20 : 0)
  for (let n = 0; n < 100; n++) await runs.clock.advance(0)
}

test('fires twice a minute apart; each run knows for which moment', async () => {
  await set({ overlap: 'allow' })
  await pass()
  await pass()
  const [first, second] = await started()

  expect(firings).toHaveLength(2)
  const run = await readRun(runs.world, org, first!.id)
  expect(run).toMatchObject({
    trigger: {
      type: 'schedule',
      data: { schedule: 'default', scheduledAt: new Date(firings[0]!.at).toISOString() },
    },
    inputs: { reportType: 'hourly' },
    scheduledAt: new Date(firings[0]!.at).toISOString(),
  })
  expect(Date.parse(firings[1]!.at) - Date.parse(firings[0]!.at)).toBe(minute)
  expect(await read()).toMatchObject({
    lastRunId: second!.id,
    lastResult: { outcome: 'started', reason: null },
  })
})

test('F8 delivered twice, late and out of order it is one run for each moment', async () => {
  await set({ overlap: 'allow' })
  await pass()
  await Promise.all([fireSchedule(runs.world, firings[0]!), fireSchedule(runs.world, firings[0]!)])
  await pass()
  await fireSchedule(runs.world, firings[0]!)

  expect(await started()).toHaveLength(2)
})

describe('while the run of the firing before is open', () => {
  test('skip leaves the firing out', async () => {
    await set({ overlap: 'skip' })
    await pass()
    await pass()

    expect(await started()).toHaveLength(1)
    expect(await read()).toMatchObject({ lastResult: { outcome: 'skipped', reason: 'overlap' } })
  })

  test('cancel-previous ends it', async () => {
    await set({ overlap: 'cancel-previous' })
    await pass()
    await pass()

    expect((await started()).map(({ status }) => status)).toEqual(['cancelled', 'running'])
  })

  test('queue lets one wait, and leaves later ones out', async () => {
    await set({ overlap: 'queue' })
    for (let n = 0; n < 3; n++) await pass()

    expect((await started()).map(({ status }) => status)).toEqual(['running', 'queued'])
    expect(await read()).toMatchObject({ lastResult: { outcome: 'skipped', reason: 'overlap' } })
  })

  test('once it has ended, the next is started', async () => {
    await set({ overlap: 'skip' })
    await pass()
    await cancelRun(runs.world, { orgId: org }, (await started())[0]!.id)
    await pass()

    expect(await started()).toHaveLength(2)
  })
})

describe('what nobody was there for', () => {
  const sleptThrough = async (missed: 'last' | 'skip' | 'all', windowSeconds = 3600, minutes = 20) => {
    await set({ overlap: 'allow', missed, missedWindowSeconds: windowSeconds })
    const { rev } = (await getSchedule(runs.world, org, flowId, 'default'))!
    runs.onFiring(async () => {})
    await runs.clock.advance(minutes * minute)
    const at = new Date(Math.floor((runs.clock.now() - 10 * minute) / minute) * minute).toISOString()
    await fireSchedule(runs.world, { org, flow: flowId, schedule: 'default', rev, at })
    return await started()
  }

  test('last: the latest one runs', async () => {
    expect(await sleptThrough('last')).toHaveLength(1)
  })

  test('skip: none does, and that is told', async () => {
    expect(await sleptThrough('skip')).toHaveLength(0)
    expect(await read()).toMatchObject({ lastResult: { outcome: 'missed', reason: 'late' } })
  })

  test('all: each one does, in order, within the window', async () => {
    const all = await sleptThrough('all')

    expect(all).toHaveLength(10)
  })

  // Of more than a hundred the second to the hundred-and-first ran: neither the first nor the latest.
  test('all of more than a hundred: the latest hundred before the one that came', async () => {
    await sleptThrough('all', 24 * 3600, 200)

    const { runs: all } = await listRuns(runs.world, org, { flowId, limit: 200 })
    const scheduled = await Promise.all(
      all.map(async ({ id }) => (await readRun(runs.world, org, id)).scheduledAt ?? ''),
    )
    const [first = '', last = ''] = [scheduled.toSorted()[0], scheduled.toSorted().at(-1)]
    expect(scheduled).toHaveLength(101)
    expect(Date.parse(last)).toBe(Date.parse(first) + 100 * minute)
    expect(runs.clock.now() - Date.parse(last)).toBeLessThanOrEqual(11 * minute)
  })

  test('nothing that lies before the window', async () => {
    expect(await sleptThrough('last', 60)).toHaveLength(0)
  })
})

describe('a schedule', () => {
  test('is replaced by one of the same name: what fires of the earlier one is dropped', async () => {
    await set({ overlap: 'allow' })
    const { rev } = (await getSchedule(runs.world, org, flowId, 'default'))!
    const again = await set({ cron: '0 0 1 1 *' })
    expect(again.isNew).toBe(false)
    await fireSchedule(runs.world, {
      org,
      flow: flowId,
      schedule: 'default',
      rev,
      at: new Date().toISOString(),
    })
    await runs.clock.advance(3 * minute)

    expect(await started()).toEqual([])
  })

  test('that is paused keeps its line and fires nothing', async () => {
    await set({ active: false, pauseReason: 'holidays' })
    await runs.clock.advance(3 * minute)

    expect(firings).toEqual([])
    expect(await read()).toMatchObject({
      active: false,
      pauseReason: 'holidays',
      nextFires: [],
      cron: '* * * * *',
    })
  })

  test('tells its next five moments, which are those at which it fires', async () => {
    const { schedule } = await set({ overlap: 'allow' })
    for (let n = 0; n < 3; n++) await pass()

    expect(firings.map(({ at }) => new Date(at).toISOString())).toEqual(schedule.nextFires.slice(0, 3))
    expect(schedule.nextFires).toHaveLength(5)
  })

  test('can be looked at before it is made', async () => {
    const { schedule } = await set({}, { preview: true })

    expect(schedule.nextFires).toHaveLength(5)
    expect(await readSchedule(runs.world, org, flowId, 'default')).toBeNull()
  })

  test('that is cancelled fires no more, and its open runs end if that is asked', async () => {
    await set({ overlap: 'allow' })
    await pass()
    expect(await cancelSchedule(runs.world, runs.who, flowId, 'default', { cancelRuns: true })).toBe(true)
    await runs.clock.advance(3 * minute)

    expect(firings).toHaveLength(1)
    expect((await started())[0]?.status).toBe('cancelled')
    expect(await cancelSchedule(runs.world, runs.who, flowId, 'default')).toBe(false)
  })

  test('goes with its flow', async () => {
    await set()
    await deleteFlow(runs.world, runs.who, flowId)
    const { Schedules } = await runs.world.scheduler.send(
      new ListSchedulesCommand({ GroupName: 'test-flows' }),
    )

    expect(Schedules).toEqual([])
  })

  test('whose inputs no longer fit fails to fire, with the reason', async () => {
    await set()
    await runs.clock.advance(1)
    const row = (await getSchedule(runs.world, org, flowId, 'default'))!
    const data = JSON.stringify({ inputs: {} })
    const { putScheduleWrite } = await import('../../shared/store/schedules.ts')
    await transact(runs.world, [putScheduleWrite({ ...row, data }, row.rev)])
    await pass()

    expect(await read()).toMatchObject({ lastResult: { outcome: 'failed', reason: 'validation_failed' } })
  })

  test.each<[string, Partial<ScheduleWish>, string]>([
    ['an unknown zone', { timezone: 'Mars/Olympus' }, '/timezone'],
    ['inputs that do not fit', { data: { inputs: {} } }, '/data/inputs/reportType'],
    [
      'an end before its start',
      { startAt: '2027-01-01T00:00:00.000Z', endAt: '2026-01-01T00:00:00.000Z' },
      '/endAt',
    ],
    ['a day that never comes', { cron: '0 0 30 2 *' }, '/cron'],
    ['six fields', { cron: '0 0 0 * * *' }, '/cron'],
    ['data that is too large', { data: { inputs: { reportType: 'x' }, more: 'x'.repeat(70_000) } }, '/data'],
  ])('is not made with %s', async (_what, wish, path) => {
    await expect(set(wish)).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: [{ path }] },
    })
  })

  test('is not made for a version that is not there, or a flow without that trigger', async () => {
    await expect(set({ version: 7 })).rejects.toMatchObject({ code: 'not_found' })
    const other = await runs.publish({
      metadata: { name: 'Other' },
      nodes: { end: { type: 'final', params: { output: 1 } } },
    })
    await expect(setSchedule(runs.world, runs.who, other, { cron: '@daily' })).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'trigger_not_enabled' },
    })
  })

  test('21 of one flow are too many', async () => {
    for (let n = 0; n < 20; n++) await set({ name: `s${n}`, cron: '@daily' })

    await expect(set({ name: 's20' })).rejects.toMatchObject({
      details: { reason: 'limit_reached', limit: 20 },
    })
  })
})

describe('G3 the sweep', () => {
  const atTheHour = async () => {
    await runs.clock.advance(60 * minute - (runs.clock.now() % (60 * minute)) + 1)
    return await passTime(runs.clock, sweep(runs.world))
  }

  test('tells Scheduler again of a schedule that it does not know', async () => {
    await set({ cron: '@daily' })
    const { forgetSchedule } = await import('../../shared/core/forget-schedule.ts')
    await forgetSchedule(runs.world, { flowId, name: 'default' })

    expect(await atTheHour()).toMatchObject({ scheduled: 1 })
    const [Name = ''] = schedulerNames({ flowId, name: 'default' })
    const input = { Name, GroupName: 'test-flows' }
    expect(await runs.world.scheduler.send(new GetScheduleCommand(input))).toMatchObject({ Name })
  })

  test('takes out of Scheduler what has no row', async () => {
    await set({ cron: '@daily' })
    await transact(runs.world, [dropScheduleWrite((await getSchedule(runs.world, org, flowId, 'default'))!)])

    expect(await atTheHour()).toMatchObject({ scheduled: 1 })
    const { Schedules } = await runs.world.scheduler.send(
      new ListSchedulesCommand({ GroupName: 'test-flows' }),
    )
    expect(Schedules).toEqual([])
  })

  // Set in the very moment of the sweep, it was taken out of Scheduler and did not fire for an hour.
  test('leaves what Scheduler was told a moment ago: its row may not be in the list yet', async () => {
    await runs.clock.advance(60 * minute - (runs.clock.now() % (60 * minute)) + 1)
    await set({ cron: '@daily' })
    const { db } = runs.world
    const send = async (command: { input: { IndexName?: string } }) =>
      command.input.IndexName === 'gsi2' ? {} : await (db.send as (given: unknown) => unknown)(command)
    const world = { ...runs.world, db: Object.assign(Object.create(db), { send }) }

    expect(await passTime(runs.clock, sweep(world))).toEqual({})
    const { Schedules } = await runs.world.scheduler.send(
      new ListSchedulesCommand({ GroupName: 'test-flows' }),
    )
    expect(Schedules).toHaveLength(1)
  })
})
