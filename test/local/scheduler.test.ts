import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalScheduler, openScheduler } from '../../infra/local/scheduler/open.ts'
import { inProcess } from '../../infra/local/wire.ts'
import { type FakeClock, fakeClock } from '../fake-clock.ts'
import { keptLog } from './kept-log.ts'

let dir: string
let clock: FakeClock
let scheduler: LocalScheduler
let client: SchedulerClient
const delivered: { name: string; input: unknown }[] = []
let failing = 0

function open(): void {
  scheduler = openScheduler({
    dir,
    clock,
    log: keptLog(),
    async deliver(name, input) {
      if (failing-- > 0) throw new Error('not now')
      delivered.push({ name, input })
    },
  })
  client = new SchedulerClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    endpoint: 'http://127.0.0.1',
    requestHandler: inProcess(scheduler),
    maxAttempts: 1,
  })
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-scheduler-'))
  clock = fakeClock()
  delivered.length = 0
  failing = 0
  open()
  await client.send(new CreateScheduleGroupCommand({ Name: 'flows' }))
})
afterEach(async () => {
  await scheduler.close()
  rmSync(dir, { recursive: true })
})

const schedule = (more: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: 'one',
  GroupName: 'flows',
  ScheduleExpression: 'cron(* * * * ? *)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: {
    Arn: 'arn:aws:lambda:us-east-1:000000000000:function:target',
    RoleArn: 'arn:aws:iam::000000000000:role/r',
    Input: '{"at":"<aws.scheduler.scheduled-time>"}',
  },
  ...more,
})
const create = (more?: Partial<CreateScheduleCommandInput>) =>
  client.send(new CreateScheduleCommand(schedule(more)))
const minute = 60_000
const moments = () => delivered.map(({ input }) => (input as { at: string }).at)

describe('what is kept', () => {
  test('a schedule is given back as it was made, changed and deleted', async () => {
    await create()
    expect(await client.send(new GetScheduleCommand({ Name: 'one', GroupName: 'flows' }))).toMatchObject({
      Name: 'one',
      ScheduleExpression: 'cron(* * * * ? *)',
      CreationDate: expect.any(Date),
    })
    await client.send(new UpdateScheduleCommand(schedule({ ScheduleExpression: 'rate(5 minutes)' })))
    const { Schedules } = await client.send(new ListSchedulesCommand({ GroupName: 'flows' }))
    expect(Schedules).toMatchObject([{ Name: 'one', State: 'ENABLED' }])
    await client.send(new DeleteScheduleCommand({ Name: 'one', GroupName: 'flows' }))
    await expect(client.send(new GetScheduleCommand({ Name: 'one', GroupName: 'flows' }))).rejects.toThrow(
      ResourceNotFoundException,
    )
  })

  test.each<[string, () => Promise<unknown>, new (...args: never[]) => Error]>([
    ['a name that is taken', () => create().then(() => create()), ConflictException],
    [
      'a group that is taken',
      () => client.send(new CreateScheduleGroupCommand({ Name: 'flows' })),
      ConflictException,
    ],
    ['a group that is not there', () => create({ GroupName: 'none' }), ResourceNotFoundException],
    ['an unknown zone', () => create({ ScheduleExpressionTimezone: 'Mars/Olympus' }), ValidationException],
    ['no expression', () => create({ ScheduleExpression: '* * * * *' }), ValidationException],
    [
      'a change of nothing',
      () => client.send(new UpdateScheduleCommand(schedule({ Name: 'two' }))),
      ResourceNotFoundException,
    ],
    [
      'a group nobody made',
      () => client.send(new GetScheduleGroupCommand({ Name: 'none' })),
      ResourceNotFoundException,
    ],
  ])('%s is refused as AWS refuses it', async (_what, call, type) => {
    await expect(call()).rejects.toThrow(type as never)
  })

  test('an operation that is not served is refused by name', async () => {
    await expect(client.send(new ListTagsForResourceCommand({ ResourceArn: 'arn:a' }))).rejects.toMatchObject(
      {
        name: 'UnknownOperationException',
      },
    )
  })
})

describe('what fires', () => {
  test('each minute, with the moment that was scheduled', async () => {
    await create()
    for (let n = 0; n < 3; n++) await clock.advance(minute)

    expect(delivered.map(({ name }) => name)).toEqual(['target', 'target', 'target'])
    const [first, second] = moments().map(Date.parse)
    expect(second! - first!).toBe(minute)
    expect(moments()[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/)
  })

  test('nothing that is disabled, before its start, after its end or deleted', async () => {
    const now = clock.now()
    await create({ State: 'DISABLED' })
    await create({ Name: 'later', StartDate: new Date(now + 5 * minute) })
    await create({ Name: 'over', EndDate: new Date(now) })
    await create({ Name: 'gone' })
    await client.send(new DeleteScheduleCommand({ Name: 'gone', GroupName: 'flows' }))
    await clock.advance(2 * minute)

    expect(delivered).toEqual([])
  })

  test('at a moment once, and is gone then if it says so', async () => {
    const at = new Date(clock.now() + 2 * minute).toISOString().slice(0, 19)
    await create({ ScheduleExpression: `at(${at})`, ActionAfterCompletion: 'DELETE' })
    for (let n = 0; n < 4; n++) await clock.advance(minute)

    expect(moments()).toEqual([`${at}Z`])
    const { Schedules } = await client.send(new ListSchedulesCommand({ GroupName: 'flows' }))
    expect(Schedules).toEqual([])
  })

  test('again, if the function failed', async () => {
    await create()
    failing = 2
    await clock.advance(minute)
    for (let n = 0; n < 10 && delivered.length === 0; n++) await clock.advance(1000)

    expect(delivered).toHaveLength(1)
  })

  test('once for what came due while nobody was there, then on time', async () => {
    await create()
    await scheduler.close()
    await clock.advance(10 * minute)
    open()
    await clock.advance(1)
    expect(moments()).toHaveLength(1)
    expect(clock.now() - Date.parse(moments()[0]!)).toBeLessThan(minute + 1)

    await clock.advance(minute)
    expect(moments()).toHaveLength(2)
  })
})
