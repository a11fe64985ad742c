import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { asking, failing, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
let flow: string
/** Executions of the flow by start. */
const ids: string[] = []
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  flow = await faces.flow(resting)
  for (const n of [1, 2, 3, 4, 5]) ids.push((await create(flow, { n })).body.id)
  // Changed in this order: 5 … 1 by start, then 2.
  await cancel(ids[1]!)
})
afterAll(() => faces.close())

const create = (flow_id: string, input: JsonObject = {}, query = '') =>
  faces.send('POST', `/api/flow-executions${query}`, { as, body: { flow_id, input } })
const cancel = (id: string) => faces.send('POST', `/api/flow-executions/${id}/cancel`, { as })
const list = (query: string, of = flow) =>
  faces.send('GET', `/api/flow-executions?flow_id=${of}${query}`, { as })
const order = async (query: string) => {
  const { body } = await list(query)
  return body.map(({ id }: { id: string }) => ids.indexOf(id) + 1)
}

test('a bare array, last changed first, with how many there are', async () => {
  const { status, body, headers } = await list('')

  expect([status, Array.isArray(body), headers['x-total-count'], headers.link]).toEqual([
    ...[200, true, '5', undefined],
  ])
  expect(body[0]).toMatchObject({ id: ids[1], status: 'failed', input: { n: 2 }, run_number: null })
})

test.each([
  ['', [2, 5, 4, 3, 1]],
  ['&sort_direction=asc', [1, 3, 4, 5, 2]],
  ['&sort_field=created_at', [5, 4, 3, 2, 1]],
  ['&sort_field=created_at&sort_direction=asc', [1, 2, 3, 4, 5]],
])('sorted by %s', async (query, expected) => {
  expect(await order(query)).toEqual(expected)
})

describe('pages', () => {
  test('follow each other by their links', async () => {
    const seen: number[][] = []
    let next: string | undefined = `/api/flow-executions?flow_id=${flow}&sort_field=created_at&page_size=2`
    while (next) {
      const { body, headers } = await faces.send('GET', next, { as })
      seen.push(body.map(({ id }: { id: string }) => ids.indexOf(id) + 1))
      expect(headers['x-total-count']).toBe('5')
      next = /^<([^>]+)>; rel="next"$/.exec(headers.link ?? '')?.[1]
    }

    expect(seen).toEqual([[5, 4], [3, 2], [1]])
  })

  test('begin just after an execution, whatever its status', async () => {
    const from = `&sort_field=created_at&start_from_execution_id=${ids[3]}`

    expect(await order(`${from}&page_size=2`)).toEqual([3, 2])
    expect(await order(`${from}&page_size=2&page=2`)).toEqual([1])
    expect(await order(`${from}&status=failed`)).toEqual([2])
    expect(await order(`${from}&sort_direction=asc`)).toEqual([5])
  })

  test('go to 10,000; beyond it the link leads on by the execution', async () => {
    const last = await list('&page=100&page_size=100')
    const beyond = await list('&page=101&page_size=100')

    expect([last.status, last.body]).toEqual([200, []])
    expect([beyond.status, beyond.body.error.code]).toEqual([400, 'invalid_request'])
    expect(beyond.body.error.message).toContain('use start_from_execution_id')
  })
})

test('by status: any of those that are named', async () => {
  expect(await order('&status=failed')).toEqual([2])
  expect(await order('&status=completed')).toEqual([])
  expect(await order('&status=failed&status=running&sort_field=created_at')).toEqual([5, 4, 3, 2, 1])
})

test('a wait without its question, an error, and a large input by where it is read', async () => {
  const asks = await faces.flow(asking)
  const fails = await faces.flow(failing)
  const waiting = await create(asks, { customerId: 'a' }, '?wait=20')
  const large = await create(fails, { text: 'é'.repeat(2100) }, '?wait=20')
  const huge = await create(fails, { text: 'x'.repeat(9000) }, '?wait=20')
  const small = await create(fails, { text: 'é'.repeat(2000) }, '?wait=20')

  expect((await list('', asks)).body).toMatchObject([
    { id: waiting.body.id, status: 'in_progress', waiting: [{ node_id: 'ask', kind: 'approval' }] },
  ])
  expect((await list('', asks)).body[0].waiting[0]).not.toHaveProperty('question')
  const inputs = Object.fromEntries(
    (await list('', fails)).body.map(({ id, input }: JsonObject) => [id, input]),
  )
  for (const { body } of [large, huge])
    expect(inputs[body.id]).toEqual({ $ref: `/api/flow-executions/${body.id}` })
  expect(inputs[small.body.id]).toEqual(small.body.input)
  expect((await list('&status=failed', fails)).body[0]).toMatchObject({ error: { code: 'CRM_DOWN' } })
})

test('numbers are by start, however the list is sorted', async () => {
  const { body } = await list('&include_run_number=true')

  expect(body.map(({ id, run_number }: JsonObject) => [id, run_number])).toEqual(
    [2, 5, 4, 3, 1].map((n) => [ids[n - 1], n]),
  )
})

test('one entry per execution, as its current run stands', async () => {
  const again = await faces.flow(resting)
  const first = (await create(again)).body.id
  const second = (await create(again)).body.id
  await faces.send('POST', `/api/flow-executions/${first}/execute`, { as })
  await cancel(second)

  const { body, headers } = await list('', again)
  expect(body.map(({ id, status }: JsonObject) => [id, status])).toEqual([
    [second, 'failed'],
    [first, 'running'],
  ])
  expect(headers['x-total-count']).toBe('2')
  expect((await list('&status=failed', again)).body).toHaveLength(1)
})

test('an unknown flow, and another organisation’s, have none', async () => {
  const theirs = await faces.flow(resting, faces.other.token.user)
  await faces.send('POST', '/api/flow-executions', {
    as: faces.other.token.user,
    body: { flow_id: theirs, input: {} },
  })

  for (const id of ['00000000-0000-4000-8000-000000000000', theirs]) {
    const { status, body, headers } = await list('', id)
    expect([status, body, headers['x-total-count']]).toEqual([200, [], '0'])
  }
})

test.each([
  [422, '', 'flow_id', 'missing'],
  [422, '?flow_id=x', 'flow_id', 'value_error'],
  [422, '?flow_id=$&status=deleted', 'status', 'value_error'],
  [422, '?flow_id=$&status=failed&status=gone', 'status', 'value_error'],
  [422, '?flow_id=$&page=0', 'page', 'value_error'],
  [422, '?flow_id=$&page_size=10;', 'page_size', 'value_error'],
  [422, '?flow_id=$&page_size=101', 'page_size', 'value_error'],
  [422, '?flow_id=$&sort_field=name', 'sort_field', 'value_error'],
  [
    ...([422, '?flow_id=$&start_from_execution_id=00000000-0000-4000-8000-000000000000'] as const),
    ...(['start_from_execution_id', 'value_error'] as const),
  ],
  [400, '?flow_id=$&tags=a', 'tags', 'value_error'],
  [400, '?flow_id=$&page=1&page=2', 'page', 'type_error'],
  [400, '?flow_id=$&sort_field=created_at&sort_field=created_at', 'sort_field', 'type_error'],
] as const)('%i %s', async (status, query, name, type) => {
  const answer = await faces.send('GET', `/api/flow-executions${query.replace('$', flow)}`, { as })

  expect([answer.status, answer.body.error.details.slice(0, 1)]).toEqual([
    status,
    [{ loc: expect.arrayContaining(['query', name]), msg: expect.any(String), type }],
  ])
})
