import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding, asking, failing, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
const flows = {} as Record<'adding' | 'asking' | 'failing' | 'resting', string>
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  for (const [name, definition] of Object.entries({ adding, asking, failing, resting }))
    flows[name as keyof typeof flows] = await faces.flow(definition)
})
afterAll(() => faces.close())

const run = (flow: string, body: unknown = {}, query = '') =>
  faces.send('POST', `/api/v1/flows/${flow}/run${query}`, { as, body })
const get = (path: string) => faces.send('GET', `/api/v1/executions${path}`, { as })

describe('running', () => {
  test('answers at once, as the seed prints it', async () => {
    const { status, body, headers } = await run(flows.resting, { input: { key: 'value' } })

    expect([status, body]).toEqual([
      201,
      {
        execution_id: headers['sluice-run-id'],
        flow_id: flows.resting,
        status: 'running',
        created_at: expect.any(String),
      },
    ])
    expect(headers.location).toBe(`/api/v1/executions/${body.execution_id}`)
    expect((await get(`/${body.execution_id}`)).body).toMatchObject({
      input: { key: 'value' },
      started_at: body.created_at,
    })
  })

  test('with wait it tells what came of it', async () => {
    const done = await run(flows.adding, { inputs: { customerId: 'a' } }, '?wait=20')
    const waiting = await run(flows.asking, {}, '?wait=20')

    expect(done.body).toMatchObject({
      status: 'completed',
      result: { score: 76 },
      duration: expect.any(Number),
    })
    expect(waiting.body).toMatchObject({
      status: 'running',
      waiting: [
        { node_id: 'ask', node_type: 'approval', kind: 'approval', question: { message: 'Renew ?' } },
      ],
    })
  })

  test('inputs that do not fit are 422 below input; what is no object is 400', async () => {
    const unfit = await run(flows.adding, { input: { topic: 7 } })
    const list = await run(flows.adding, { input: [] })
    const both = await run(flows.adding, { input: { customerId: 'a' }, inputs: { customerId: 'b' } })

    expect([unfit.status, unfit.body.error.code]).toEqual([422, 'validation_error'])
    expect(unfit.body.error.details).toMatchObject({
      field: 'input.customerId',
      reason: 'CustomerId is required',
      errors: [{ field: 'input.customerId' }, { field: 'input.topic' }],
    })
    expect([list.status, list.body.error.details.field, both.status]).toEqual([400, 'input', 400])
  })
})

describe('reading', () => {
  test('a failed run tells its one line', async () => {
    const { body } = await run(flows.failing, {}, '?wait=20')
    const execution = await get(`/${body.execution_id}`)

    expect(Object.keys(execution.body)).toEqual([
      ...['id', 'flow_id', 'status', 'input', 'started_at', 'completed_at', 'duration', 'error'],
    ])
    expect(execution.body).toMatchObject({ status: 'failed', error: 'The CRM is down' })
  })

  test('the list finds by flow and status, with the waits but not what they ask', async () => {
    const { body } = await run(flows.asking, {}, '?wait=20')
    const listed = await get(`?flow_id=${flows.asking}&status=waiting`)
    const [entry] = listed.body.executions

    expect(listed.body).toMatchObject({ limit: 10, offset: 0 })
    expect(entry).toMatchObject({ id: body.execution_id, status: 'running', waiting: [{ node_id: 'ask' }] })
    expect(entry).not.toHaveProperty('input')
    expect(entry.waiting[0]).not.toHaveProperty('question')
    expect((await get('?status=gone')).status).toBe(400)
    expect((await get('?flow_id=unknown')).body).toMatchObject({ executions: [], total: 0 })
  })

  test('the log, of one level and in parts', async () => {
    const { body } = await run(flows.adding, { input: { customerId: 'a' } }, '?wait=20')
    const all = await get(`/${body.execution_id}/logs`)
    const part = await get(`/${body.execution_id}/logs?limit=1&offset=1`)
    const errors = await get(`/${body.execution_id}/logs?level=error`)

    expect(all.body.logs.map(({ message }: { message: string }) => message)).toEqual([
      'Execution started',
      'Execution completed',
    ])
    expect(part.body).toMatchObject({ logs: [all.body.logs[1]], total: 2, limit: 1, offset: 1 })
    expect(errors.body).toMatchObject({ logs: [], total: 0 })
    expect((await get(`/${body.execution_id}/logs?level=all`)).status).toBe(400)
  })
})

test('the list tells how many there are of a status, in parts, the newest first', async () => {
  const flow = await faces.flow(failing)
  const ids: string[] = []
  for (let at = 0; at < 3; at++) ids.unshift((await run(flow, {}, '?wait=20')).body.execution_id)
  const page = async (query: string) => {
    const { body } = await get(`?flow_id=${flow}${query}`)
    return [body.executions.map(({ id }: { id: string }) => id), body.total, body.limit, body.offset]
  }

  await expect.poll(() => page('&status=failed')).toEqual([ids, 3, 10, 0])
  expect(await page('&status=failed&limit=2')).toEqual([ids.slice(0, 2), 3, 2, 0])
  expect(await page('&limit=2&offset=2')).toEqual([ids.slice(2), 3, 2, 2])
  for (const status of ['running', 'completed', 'cancelled', 'waiting'])
    expect(await page(`&status=${status}`)).toEqual([[], 0, 10, 0])
})

test('the log is read level by level: each has its own entries alone', async () => {
  const levels = ['debug', 'info', 'warn', 'error']
  const step = (level: string, next: string) => ({
    ...{ type: 'log', params: { level, message: `At ${level}` } },
    next,
  })
  const nodes = Object.fromEntries(levels.map((level, at) => [level, step(level, levels[at + 1] ?? 'end')]))
  const flow = await faces.flow({ ...adding, inputs: [], nodes: { ...nodes, end: { type: 'final' } } })
  const { body } = await run(flow, {}, '?wait=20')
  const at = async (level: string) => {
    const { body: found } = await get(`/${body.execution_id}/logs?level=${level}`)
    return [found.logs.map(({ message }: { message: string }) => message), found.total]
  }

  for (const level of ['debug', 'warn', 'error']) expect(await at(level)).toEqual([[`At ${level}`], 1])
  expect(await at('info')).toEqual([['Execution started', 'At info', 'Execution completed'], 3])
})

test('cancelling answers the same twice, and 409 for what has ended', async () => {
  const { body } = await run(flows.resting)
  const cancel = (id: string) => faces.send('DELETE', `/api/v1/executions/${id}`, { as })
  const done = await run(flows.adding, { input: { customerId: 'a' } }, '?wait=20')
  const first = await cancel(body.execution_id)

  expect(first.body).toEqual({ message: 'Execution cancelled successfully' })
  expect((await cancel(body.execution_id)).status).toBe(200)
  expect((await get(`/${body.execution_id}`)).body).toMatchObject({
    status: 'cancelled',
    error: 'Execution cancelled',
  })
  expect((await cancel(done.body.execution_id)).body.error.code).toBe('run_finished')
})
