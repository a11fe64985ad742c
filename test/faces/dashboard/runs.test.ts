import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding, asking, askingTwice, failing, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
/** Ids of runs, by how they stand. */
const runs = {} as Record<'completed' | 'waiting' | 'failed' | 'running', string>
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  const run = async (definition: typeof adding, body: unknown, query = '') => {
    const flow = await faces.flow(definition)
    const sent = { as, body }
    const { headers } = await faces.send('POST', `/v1/client/flow/${flow}/execute${query}`, sent)
    return headers['sluice-run-id']!
  }
  runs.completed = await run(adding, { customerId: 'cus_123' })
  runs.waiting = await run(asking, { customerId: 'cus_123' })
  runs.failed = await run(failing, {})
  runs.running = await run(resting, {}, '?wait=0')
})
afterAll(() => faces.close())

const get = (view: string, run: string, query = '', headers: Record<string, string> = {}) =>
  faces.send('GET', `/v1/flowrun/${view}/${run}${query}`, { as, headers })

describe('what a run shows', () => {
  test('inputs', async () => {
    const { body } = await get('inputs', runs.completed)

    expect(body).toEqual({
      runId: runs.completed,
      inputs: { customerId: 'cus_123' },
      trigger: { type: 'api', data: {} },
    })
  })

  test('outputs, null until it has completed', async () => {
    const done = await get('outputs', runs.completed)
    const waiting = await get('outputs', runs.waiting)

    expect(done.body).toEqual({
      runId: runs.completed,
      status: 'completed',
      outputs: { summary: 'Renewal risk is low', score: 82 },
    })
    expect(waiting.body).toEqual({ runId: runs.waiting, status: 'waiting', outputs: null })
  })

  test('errorDetails, null where there is no error', async () => {
    const failed = await get('errorDetails', runs.failed)
    const done = await get('errorDetails', runs.completed)

    expect(failed.body).toEqual({
      runId: runs.failed,
      error: {
        code: 'CRM_DOWN',
        message: 'The CRM is down',
        stepId: 'no',
        stepName: expect.any(String),
        stepType: 'fail',
        cause: null,
        occurredAt: expect.any(String),
        attempts: expect.any(Number),
      },
    })
    expect(done.body).toEqual({ runId: runs.completed, error: null })
  })

  test('details, of a run that waits', async () => {
    const { body, headers } = await get('details', runs.waiting)

    expect(body).toMatchObject({
      _id: runs.waiting,
      version: 1,
      status: 'waiting',
      triggerType: 'api',
      finishedAt: null,
      durationMs: null,
      inputs: { customerId: 'cus_123' },
      output: null,
      error: null,
      waitState: { type: 'user-approval', stepId: 'ask' },
      pendingAction: { type: 'user-approval' },
      openWaits: 1,
      createdBy: `user:${faces.acme.account.user.id}`,
      parentRunId: null,
      draftRevision: null,
    })
    expect(body.steps).toEqual([expect.objectContaining({ stepId: 'ask', kind: 'wait', status: 'waiting' })])
    expect(body.steps[0]).not.toHaveProperty('input')
    expect(headers).toMatchObject({
      'sluice-run-status': 'waiting',
      etag: expect.stringMatching(/^W\/"\d+"$/),
    })
  })

  test('details, of one that does not', async () => {
    const { body } = await get('details', runs.completed)

    expect(body).toMatchObject({ status: 'completed', waitState: null, pendingAction: null, openWaits: 0 })
    expect(body).not.toHaveProperty('pendingActions')
    expect(body.durationMs).toBe(Date.parse(body.finishedAt) - Date.parse(body.startedAt))
  })

  test('steps, with what went in and came out', async () => {
    const { body } = await get('steps', runs.waiting)
    const [step] = body.steps

    expect(body).toMatchObject({ runId: runs.waiting, limit: 100, page: 1, total: 1, hasMore: false })
    expect(step).toMatchObject({ stepId: 'ask', name: 'Ask the manager', type: 'approval', source: 'record' })
    expect((await get('steps', runs.waiting, `?key=${encodeURIComponent(step.key)}`)).body.steps).toEqual([
      step,
    ])
    expect((await get('steps', runs.waiting, '?stepId=other')).body).toMatchObject({ steps: [], total: 0 })
    expect((await get('steps', runs.waiting, '?status=sleeping')).status).toBe(400)
  })

  test.each(['inputs', 'outputs', 'errorDetails', 'details', 'steps', 'poll'])(
    '%s: 304 to who has it',
    async (view) => {
      const { headers } = await get(view, runs.completed)

      expect((await get(view, runs.completed, '', { 'if-none-match': headers.etag! })).status).toBe(304)
    },
  )

  test.each(['inputs', 'outputs', 'errorDetails', 'details', 'steps', 'poll'])(
    '%s of no run is 404',
    async (view) => {
      expect((await get(view, '0d6c8a53-5a0f-4a57-9d0e-5a0f6f3c7f11')).status).toBe(404)
      expect((await get(view.toUpperCase(), runs.completed)).status).toBe(404)
    },
  )
})

describe('poll', () => {
  test('tells what there is, and when to come again', async () => {
    const done = await get('poll', runs.completed)
    const waiting = await get('poll', runs.waiting)
    const failed = await get('poll', runs.failed)

    expect(Object.keys(done.body)).toEqual(['appRunId', 'status', 'output', 'updatedAt', 'rev'])
    expect(Object.keys(waiting.body)).toEqual([
      'appRunId',
      'status',
      'waitState',
      'pendingAction',
      'updatedAt',
      'rev',
    ])
    expect(failed.body).toMatchObject({ status: 'failed', error: { code: 'CRM_DOWN' } })
    expect([done.headers['retry-after'], waiting.headers['retry-after']]).toEqual([undefined, '1'])
  })

  test('held with rev until the run has moved', async () => {
    const flow = await faces.flow(asking)
    const { headers } = await faces.execute(flow)
    const id = headers['sluice-run-id']!
    const { body } = await get('poll', id)
    const held = get('poll', id, `?wait=20&rev=${body.rev}`)
    await faces.send('POST', `/v1/flowrun/resume/${id}`, { as, body: { decision: 'approve' } })

    expect((await held).body.rev).toBeGreaterThan(body.rev)
  })

  test.each(['?rev=x', '?rev=-1', '?wait=x'])('%s is 400', async (query) => {
    expect((await get('poll', runs.waiting, query)).status).toBe(400)
  })
})

describe('cancel', () => {
  const cancel = (run: string, body?: unknown) =>
    faces.send('POST', `/v1/flowrun/cancel/${run}`, { as, body })

  test('answers once the run has ended; again the same', async () => {
    const first = await cancel(runs.running, { reason: 'Not needed' })
    const again = await cancel(runs.running)
    const details = await get('errorDetails', runs.running)

    expect([first.status, first.body]).toEqual([200, { status: 'cancelled', appRunId: runs.running }])
    expect(again.body).toEqual(first.body)
    expect(details.body.error).toMatchObject({ code: 'cancelled', message: 'Not needed' })
  })

  test('a run that ended otherwise is 409', async () => {
    const { status, body } = await cancel(runs.completed)

    expect([status, body.error.code]).toEqual([409, 'run_finished'])
    expect(body.error.details).toMatchObject({ runStatus: 'completed', finishedAt: expect.any(String) })
  })

  test('it is ours: unknown members are 422', async () => {
    expect((await cancel(runs.waiting, { because: 'x' })).status).toBe(422)
    expect((await cancel(runs.waiting, { reason: 'x'.repeat(501) })).status).toBe(422)
  })
})

test('several open waits are all shown', async () => {
  const flow = await faces.flow(askingTwice)
  const { body } = await faces.execute(flow)
  await faces.asked(body.appRunId, 2)
  const { body: polled } = await get('poll', body.appRunId)

  expect(polled.waitState.openWaits).toBe(2)
  expect(polled.pendingActions).toHaveLength(2)
  expect(polled.pendingActions[0]).toEqual(polled.pendingAction)
})
