import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding, asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
/** A flow with two versions: a run that completed on the first, one cancelled and one waiting on the second. */
let id: string
let completed: string
let cancelled: string
let waiting: string
let between: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  id = await faces.flow(adding)
  const run = async () =>
    (
      await faces.send('POST', `/v1/flow/execute/${id}`, {
        as,
        body: { inputs: { customerId: 'a' }, returnExecutionMetadata: true },
      })
    ).body.appRunId
  completed = await run()
  await faces.send('PATCH', `/v1/flow/${id}`, { as, body: { definition: asking } })
  await faces.send('POST', `/v1/flow/${id}/publish`, { as })
  cancelled = await run()
  await faces.send('POST', `/v1/flowrun/cancel/${cancelled}`, { as })
  waiting = await run()
  between = (await get(`/v1/flowrun/details/${cancelled}`)).body.createdAt
})
afterAll(() => faces.close())

const get = (path: string) => faces.send('GET', path, { as })
const ids = async (query = '') =>
  (await get(`/v1/flowrun/${id}${query}`)).body.data.map(({ _id }: { _id: string }) => _id)

describe('the runs of a flow', () => {
  test('come newest first, each with what lists show', async () => {
    const { status, body } = await get(`/v1/flowrun/${id}`)

    expect(status).toBe(200)
    expect(body).toMatchObject({ total: 3, hasMore: false, page: 1, nextCursor: null })
    expect(body.data.map((run: { status: string }) => run.status)).toEqual([
      'waiting',
      'cancelled',
      'completed',
    ])
    expect(body.data[2]).toEqual({
      _id: completed,
      appId: id,
      version: 1,
      status: 'completed',
      triggerType: 'dashboard',
      createdAt: expect.stringMatching(/Z$/),
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      durationMs: expect.any(Number),
      error: null,
    })
    expect(body.data[1].error).toMatchObject({ code: 'cancelled' })
  })

  test.each([
    ['?status=waiting', () => [waiting]],
    ['?status=waiting&status=completed', () => [waiting, completed]],
    ['?version=1', () => [completed]],
    ['?triggerType=dashboard&limit=2', () => [waiting, cancelled]],
    ['?triggerType=schedule', () => []],
  ])('with %s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected())
  })

  // A misspelt type gave an empty list, as if nothing had run.
  test('with a trigger that there is not they are 400, as with a status that there is not', async () => {
    for (const query of ['?triggerType=schedules', '?status=done']) {
      const { status, body } = await get(`/v1/flowrun/${id}${query}`)

      expect([status, body.error.details.issues[0].path]).toEqual([400, query.split('=')[0]])
    }
  })

  test('between two instants: the first counts, the second does not', async () => {
    expect(await ids(`?from=${between}`)).toEqual([waiting, cancelled])
    expect(await ids(`?to=${between}`)).toEqual([completed])
  })

  test('page by cursor and by number', async () => {
    const first = (await get(`/v1/flowrun/${id}?limit=2`)).body

    expect(await ids(`?limit=2&cursor=${first.nextCursor}`)).toEqual([completed])
    expect(await ids('?limit=2&page=2')).toEqual([completed])
  })

  test.each(['?status=done', '?version=0', '?from=yesterday', '?limit=0'])('%s is refused', async (query) => {
    const { status, body } = await get(`/v1/flowrun/${id}${query}`)

    expect([status, body.error.code]).toEqual([400, 'invalid_request'])
  })

  test('of a flow that is not there are 404', async () => {
    const { status, body } = await get(`/v1/flowrun/${crypto.randomUUID()}`)

    expect([status, body.error.code]).toEqual([404, 'not_found'])
  })
})

test('the light list has the same runs with little of each', async () => {
  const { body } = await get(`/v1/flowrun/light/${id}?status=cancelled`)

  expect(body.data).toEqual([
    {
      _id: cancelled,
      status: 'cancelled',
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      durationMs: expect.any(Number),
    },
  ])
})

test('the minimal details tell how a run stands', async () => {
  const { body, headers } = await get(`/v1/flowrun/minimal-details/${waiting}`)

  expect(body).toEqual({
    _id: waiting,
    appId: id,
    status: 'waiting',
    startedAt: expect.stringMatching(/Z$/),
    finishedAt: null,
  })
  expect(headers).toMatchObject({ 'sluice-run-status': 'waiting', 'sluice-flow-version': '2' })
})
