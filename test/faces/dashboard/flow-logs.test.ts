import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { tellFlowLine } from '../../../shared/core/tell-flow-lines.ts'
import type { ScheduleRow } from '../../../shared/store/schedules.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let flow: string
const runs: string[] = []

const logging: JsonObject = {
  metadata: { name: 'Logging' },
  inputs: [{ name: 'n', type: 'integer', required: true }],
  nodes: {
    low: {
      type: 'log',
      name: 'Tell little',
      params: { level: 'debug', message: 'Number {{n}}', data: { n: '{{n}}' } },
      next: 'high',
    },
    high: { type: 'log', params: { level: 'error', message: 'Trouble with {{n}}' }, next: 'end' },
    end: { type: 'final', params: { output: '{{n}}' } },
  },
}

const as = () => faces.acme.token.viewer
const read = (query = '', token = as()) => faces.send('GET', `/v1/flow/${flow}/logs${query}`, { as: token })
const messages = async (query = '') =>
  (await read(query)).body.data.map(({ message }: JsonObject) => message) as string[]

beforeAll(async () => {
  faces = await openFaces()
  flow = await faces.flow(logging)
  for (const n of [1, 2, 3]) {
    // Each in a millisecond of its own.
    await faces.world.clock.sleep(3)
    runs.push((await faces.execute(flow, { n })).headers['sluice-run-id']!)
  }
  await vi.waitUntil(async () => (await messages('?limit=100')).length === 13, { timeout: 10_000 })
})
afterAll(() => faces.close())

const ofRun = (n: number) => ['Execution completed', `Trouble with ${n}`, `Number ${n}`, 'Execution started']

describe('the log of a flow', () => {
  test('has the lines of its runs and its own, newest first', async () => {
    const { body } = await read('?limit=100')

    expect(body.data.map(({ message }: JsonObject) => message)).toEqual([
      ...[...ofRun(3), ...ofRun(2), ...ofRun(1)],
      'Version 1 published',
    ])
    expect(body.data[2]).toMatchObject({
      ...{ level: 'debug', appRunId: runs[2], stepId: 'low', stepName: 'Tell little', stepType: 'log' },
      data: { n: 3 },
    })
    expect(body.data[12]).toMatchObject({ appRunId: null, stepId: null, data: { version: 1 } })
  })

  test.each([1, 2, 3, 5])('by pages of %i each line comes once, in order', async (limit) => {
    const all: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { body } = await read(`?limit=${limit}${query}`)
      expect(body.data.length).toBeLessThanOrEqual(limit)
      all.push(...body.data.map(({ message }: JsonObject) => message))
      cursor = body.nextCursor
    }

    expect(all).toEqual(await messages('?limit=100'))
  })

  test.each([
    ['?level=error', ['Trouble with 3', 'Trouble with 2', 'Trouble with 1']],
    ['?level=debug&level=error&limit=2', ['Trouble with 3', 'Number 3']],
    ['?stepId=high&to=2100-01-01T00:00:00Z', ['Trouble with 3', 'Trouble with 2', 'Trouble with 1']],
    ['?q=trouble%20with%202', ['Trouble with 2']],
    ['?to=2020-01-01T00:00:00Z', []],
  ])('%s', async (query, expected) => {
    expect(await messages(query)).toEqual(expected)
  })

  test('of one run, current, and by pages', async () => {
    const about = `?appRunId=${runs[1]}`
    const first = (await read(`${about}&limit=3`)).body
    const second = (await read(`${about}&limit=3&cursor=${encodeURIComponent(first.nextCursor)}`)).body

    expect([...first.data, ...second.data].map(({ message }) => message)).toEqual(ofRun(2))
    expect(second.nextCursor).toBeNull()
    expect(await messages(`${about}&level=error`)).toEqual(['Trouble with 2'])
    expect(await messages('?appRunId=00000000-0000-4000-8000-000000000000')).toEqual([])
  })

  test('tells what became of versions', async () => {
    const as = faces.acme.token.user
    const send = (path: string) => faces.send('POST', `/v1/flow/${flow}/${path}`, { as, body: {} })
    await send('publish')
    await send('versions/1/rollback')
    await send('versions/2/unpublish')
    const own = () => read('?limit=100').then(({ body }) => body.data.filter(isOwn))

    await expect.poll(own, { timeout: 5000 }).toHaveLength(4)
    expect((await own()).map(({ level, message }: JsonObject) => [level, message])).toEqual([
      ['warn', 'Version 2 unpublished'],
      ['warn', 'Rolled back to version 1, as version 3'],
      ['info', 'Version 2 published'],
      ['info', 'Version 1 published'],
    ])
  })

  test('tells what became of a firing, once though it is told twice', async () => {
    const of = { orgId: faces.acme.orgId, flowId: flow }
    const before = { name: 'hourly', firedUntil: null, lastResult: null } as ScheduleRow
    const scheduledAt = new Date().toISOString()
    const lastResult = { scheduledAt, outcome: 'skipped', reason: 'overlap' }
    const after = { ...before, firedUntil: scheduledAt, lastResult }
    for (const _ of [1, 2]) await tellFlowLine(faces.world, of, '00017', { of: 'schedule', before, after })

    expect((await read('?q=schedule')).body.data).toMatchObject([
      { level: 'warn', message: 'Schedule hourly skipped: overlap', data: { schedule: 'hourly' } },
    ])
  })

  test('of more than 90 days at once, of another organisation: refused', async () => {
    const long = await read('?from=2020-01-01T00:00:00Z')
    const other = await read('', faces.other.token.admin)

    expect([long.status, long.body.error.details.issues]).toMatchObject([400, [{ path: '?from' }]])
    expect(other.status).toBe(404)
  })
})

function isOwn({ appRunId }: JsonObject): boolean {
  return appRunId === null
}
