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

/** A flow that no app may start. */
const formOnly = {
  metadata: { name: 'For the form' },
  triggers: [{ type: 'form' }],
  nodes: { end: { type: 'final', params: { output: 'said' } } },
}

const client = (flow: string, query = '', body: unknown = {}, headers: Record<string, string> = {}) =>
  faces.send('POST', `/v1/client/flow/${flow}/execute${query}`, { as, body, headers })
const internal = (flow: string, body: unknown, credential = as) =>
  faces.send('POST', `/v1/flow/execute/${flow}`, { as: credential, body })

describe('M6 the client route', () => {
  test('completed: the output itself, with headers that say what it is', async () => {
    const { status, body, headers } = await client(flows.adding, '', {
      customerId: 'cus_123',
      topic: 'renewal',
    })

    expect([status, body]).toEqual([200, { summary: 'Renewal risk is low', score: 82 }])
    expect(headers).toMatchObject({
      'sluice-run-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'sluice-run-status': 'completed',
      'sluice-flow-version': '1',
    })
  })

  test('the alias answers the same', async () => {
    const { body } = await faces.send('POST', `/v1/sdk/flow/${flows.adding}/execute`, {
      as,
      body: { customerId: 'cus_123' },
    })

    expect(body).toEqual({ summary: 'Renewal risk is low', score: 82 })
  })

  test('waiting: what is asked, and how to answer it', async () => {
    const { status, body, headers } = await client(flows.asking, '', { customerId: 'cus_123' })

    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'waiting',
      appRunId: headers['sluice-run-id'],
      waitState: {
        type: 'user-approval',
        waitId: expect.any(String),
        stepId: 'ask',
        stepName: 'Ask the manager',
        since: expect.any(String),
        expiresAt: expect.any(String),
        openWaits: 1,
      },
      pendingAction: {
        type: 'user-approval',
        executionId: body.waitState.waitId,
        message: 'Renew cus_123?',
        options: ['approve', 'reject'],
        approvals: { needed: 1, given: 0 },
        timestamp: body.waitState.since,
      },
    })
    expect(headers['sluice-run-status']).toBe('waiting')
  })

  test('failed: 422 with the step’s own code', async () => {
    const { status, body, headers } = await client(flows.failing)

    expect(status).toBe(422)
    expect(body.error).toMatchObject({
      code: 'run_failed',
      message: 'The CRM is down',
      details: {
        appRunId: headers['sluice-run-id'],
        runStatus: 'failed',
        code: 'CRM_DOWN',
        stepId: 'no',
        stepName: expect.any(String),
        stepType: 'fail',
      },
    })
    expect(headers).toMatchObject({ 'sluice-run-status': 'failed', 'sluice-flow-version': '1' })
  })

  test.each([
    ['?wait=0', {}],
    ['', { prefer: 'respond-async' }],
  ])('at work when the time is over: 202 (%s %j)', async (query, headers) => {
    const answer = await client(flows.resting, query, {}, headers as unknown as Record<string, string>)
    const id = answer.headers['sluice-run-id']

    expect([answer.status, answer.body]).toEqual([
      202,
      { status: expect.stringMatching(/queued|running/), appRunId: id },
    ])
    expect(answer.headers).toMatchObject({ location: `/v1/flowrun/poll/${id}`, 'retry-after': '1' })
  })

  test('?returnExecutionMetadata=true puts everything in an envelope', async () => {
    const done = await client(flows.adding, '?returnExecutionMetadata=true', { customerId: 'a' })
    const failed = await client(flows.failing, '?returnExecutionMetadata=true')

    expect(done.body).toEqual({
      status: 'completed',
      appRunId: done.headers['sluice-run-id'],
      output: { summary: 'Renewal risk is low', score: 76 },
    })
    expect([failed.status, failed.body.status, failed.body.error.code]).toEqual([200, 'failed', 'CRM_DOWN'])
  })

  test('inputs that do not fit are 422, each with its place', async () => {
    const { status, body } = await client(flows.adding, '', { topic: 7 })

    expect([status, body.error.code]).toEqual([422, 'validation_failed'])
    expect(body.error.details.issues.map(({ path }: { path: string }) => path)).toEqual([
      '/customerId',
      '/topic',
    ])
  })

  test('A4 K11 what the flow does not declare is dropped', async () => {
    const { body, headers } = await client(flows.adding, '', { customerId: 'a', orgId: 'b', role: 'admin' })
    const inputs = await faces.send('GET', `/v1/flowrun/inputs/${headers['sluice-run-id']}`, { as })

    expect(body.score).toBe(76)
    expect(inputs.body.inputs).toEqual({ customerId: 'a' })
  })

  test.each([['[1]'], ['"a"'], ['7'], ['null']])('a body of %s is 400', async (body) => {
    expect((await client(flows.adding, '', body)).status).toBe(400)
  })

  test('inputs over 192 KiB are 413', async () => {
    const { status, body } = await client(flows.asking, '', { customerId: 'x'.repeat(200_000) })

    expect([status, body.error.details]).toEqual([413, { limitBytes: 196_608 }])
  })

  test('a version by number or latest; any other word is 400, an unknown number 404', async () => {
    const run = (version: string) => client(flows.adding, `?version=${version}`, { customerId: 'a' })

    expect((await run('1')).status).toBe(200)
    expect((await run('latest')).status).toBe(200)
    expect((await run('9')).status).toBe(404)
    for (const version of ['0', '1.5', 'x', 'draft', '-1', '']) expect((await run(version)).status).toBe(400)
  })

  test('a flow without an api trigger is 409, one that is not published too', async () => {
    const silent = await faces.flow(formOnly)
    const draft = await faces.send('POST', '/v1/flow', { as, body: { definition: adding } })
    const refused = await client(silent)
    const unpublished = await client(draft.body._id, '', { customerId: 'a' })

    expect([refused.status, refused.body.error.details]).toEqual([409, { reason: 'trigger_not_enabled' }])
    expect([unpublished.status, unpublished.body.error.code]).toEqual([409, 'version_not_published'])
  })

  test('F1 a key starts one run, whose answer is given again', async () => {
    const headers = { 'idempotency-key': 'execute-1' }
    const first = await client(flows.adding, '', { customerId: 'a' }, headers)
    const again = await client(flows.adding, '', { customerId: 'a' }, headers)
    const other = await client(flows.adding, '', { customerId: 'b' }, headers)

    expect(again.body).toEqual(first.body)
    expect(again.headers).toMatchObject({
      'idempotency-replayed': 'true',
      'sluice-run-id': first.headers['sluice-run-id'],
    })
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_key_reused'])
  })

  test('the trace of the request is the run’s', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

    expect((await client(flows.adding, '', { customerId: 'a' }, { traceparent })).status).toBe(200)
  })
})

describe('the internal route', () => {
  test('answers with metadata as the seed prints it', async () => {
    const { body } = await internal(flows.adding, {
      inputs: { customerId: 'cus_123' },
      returnExecutionMetadata: true,
    })

    expect(Object.keys(body)).toEqual(['status', 'appRunId', 'output'])
    expect(body).toMatchObject({ status: 'completed', output: { summary: 'Renewal risk is low', score: 82 } })
  })

  test('answers with the output alone otherwise, and needs no trigger', async () => {
    const silent = await faces.flow(formOnly)

    expect((await internal(silent, {})).body).toBe('said')
    expect((await internal(silent, undefined)).body).toBe('said')
  })

  test('waits no longer than the body says', async () => {
    const { status, body } = await internal(flows.resting, { wait: 0, returnExecutionMetadata: true })

    expect([status, Object.keys(body)]).toEqual([202, ['status', 'appRunId']])
  })

  test('runs the draft as it stands', async () => {
    const made = await faces.send('POST', '/v1/flow', { as, body: { definition: adding } })
    const { body } = await internal(made.body._id, {
      inputs: { customerId: 'a' },
      version: 'draft',
      returnExecutionMetadata: true,
    })
    const details = await faces.send('GET', `/v1/flowrun/details/${body.appRunId}`, { as })

    expect(body.status).toBe('completed')
    expect(details.body).toMatchObject({ version: null, draftRevision: 1, triggerType: 'dashboard' })
  })

  test('C1 a key needs flows:write for the draft', async () => {
    const key = await faces.acme.key('user', ['runs:start'])
    const draft = await internal(flows.adding, { inputs: { customerId: 'a' }, version: 'draft' }, key)
    const latest = await internal(flows.adding, { inputs: { customerId: 'a' } }, key)

    expect([draft.status, latest.status]).toEqual([403, 200])
  })

  test.each([{ version: 0 }, { version: 'x' }, { version: 1.5 }, { wait: 26 }, { wait: -1 }, { inputs: [] }])(
    '%j is 422',
    async (body) => {
      expect((await internal(flows.adding, body)).status).toBe(422)
    },
  )
})
