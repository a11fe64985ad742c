import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from './account/call.ts'
import { type AccountChild, startAccount } from './account/child.ts'
import { openStub, type Stub } from './account/stub.ts'

/** Every request printed in the seeds, replayed against `npm start`: the routes that are there so far. */
let stub: Stub
let account: AccountChild
let token: string

beforeAll(async () => {
  stub = await openStub(({ path }) => ({ status: path === '/fails' ? 500 : 200, body: { key: 'value' } }))
  account = await startAccount({ env: { SLUICE_OUTBOUND_ALLOW: stub.host } })
})
afterAll(async () => {
  await account.stop()
  await stub.close()
  rmSync(account.folder, { recursive: true, force: true })
})

const withKey = () => ({ url: account.url, key: account.demo.apiKey })
const signedIn = () => ({ url: account.url, key: token })
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** The definition as seed 003 prints it, its two addresses pointed at the stub. */
const definition = (first = '/data') => `metadata:
  name: "My Flow"
  description: "A simple flow"
  version: "1.0.0"

nodes:
  start:
    type: "http.request"
    params:
      url: "${stub.url}${first}"
      method: "GET"
    next:
      default: "end"
  
  end:
    type: "webhook"
    params:
      url: "${stub.url}/callback"
      method: "POST"
`

describe('seed 003', () => {
  test('signs in, refreshes and tells the account', async () => {
    const { email, password } = account.demo
    const login = await call<{ token: string }>(withKey(), 'POST', '/api/v1/auth/login', {
      username: email,
      password,
    })
    token = login.body.token
    const refreshed = await call<{ token: string }>(signedIn(), 'POST', '/api/v1/auth/refresh')

    expect(login).toMatchObject({
      status: 200,
      body: { token: expect.any(String), account_id: expect.stringMatching(uuid) },
    })
    expect(Object.keys(login.body)).toEqual(['token', 'expires_at', 'account_id'])
    expect(refreshed.status).toBe(200)
    expect(refreshed.body.token).not.toBe(token)
    token = refreshed.body.token
  })

  test('creates, lists, reads, changes, runs and deletes a flow with the printed bodies', async () => {
    const text = definition()
    const body = { name: 'My Flow', description: 'A simple flow', definition: text, tags: ['production'] }
    const made = await call<{ id: string }>(signedIn(), 'POST', '/api/v1/flows', body)
    const path = `/api/v1/flows/${made.body.id}`
    const listed = await call<{ flows: { id: string }[] }>(
      signedIn(),
      'GET',
      '/api/v1/flows?tag=production&limit=10',
    )
    const read = await call(signedIn(), 'GET', path)
    const changed = await call(signedIn(), 'PUT', path, {
      name: 'Updated Flow',
      description: 'An updated flow',
      definition: text.replace('1.0.0', '1.0.1'),
      tags: ['production', 'updated'],
    })
    const deleted = await call(signedIn(), 'DELETE', path)
    const gone = await call(signedIn(), 'GET', path)

    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.stringMatching(uuid),
      name: 'My Flow',
      description: 'A simple flow',
      version: '1.0.0',
      created_at: expect.stringMatching(moment),
      updated_at: expect.stringMatching(moment),
      tags: ['production'],
    })
    expect(listed.body).toMatchObject({ total: 1, limit: 10, offset: 0 })
    expect(listed.body.flows.map(({ id }) => id)).toEqual([made.body.id])
    expect(Object.keys(listed.body.flows[0]!)).toEqual(Object.keys(made.body))
    expect(read.body).toMatchObject({ definition: text, version: '1.0.0' })
    expect(changed).toMatchObject({
      status: 200,
      body: { id: made.body.id, name: 'Updated Flow', version: '1.0.1', tags: ['production', 'updated'] },
    })
    expect(deleted).toMatchObject({ status: 200, body: { message: 'Flow deleted successfully' } })
    expect(gone).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  })

  test('runs the printed flow to its end, with the three printed log entries', async () => {
    const flow = await call<{ id: string }>(signedIn(), 'POST', '/api/v1/flows', {
      name: 'My Flow',
      definition: definition(),
    })
    const input = { key: 'value' }
    const run = await call<{ execution_id: string }>(
      signedIn(),
      'POST',
      `/api/v1/flows/${flow.body.id}/run`,
      { input },
    )
    const execution = await ended(run.body.execution_id)
    const logs = await call<{ logs: object[] }>(
      signedIn(),
      'GET',
      `/api/v1/executions/${run.body.execution_id}/logs`,
    )

    expect(run.status).toBe(201)
    expect(run.body).toEqual({
      execution_id: expect.stringMatching(uuid),
      flow_id: flow.body.id,
      status: 'running',
      created_at: expect.stringMatching(moment),
    })
    expect(execution).toMatchObject({
      id: run.body.execution_id,
      flow_id: flow.body.id,
      status: 'completed',
      input,
      result: { status_code: 200, body: { key: 'value' } },
      duration: expect.any(Number),
    })
    expect(stub.hits.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /data', 'POST /callback'])
    expect(logs.body).toEqual({
      logs: [
        {
          timestamp: expect.any(String),
          level: 'info',
          message: 'Execution started',
          node_id: 'start',
          node_type: 'http.request',
        },
        {
          timestamp: expect.any(String),
          level: 'info',
          message: 'HTTP request successful',
          node_id: 'start',
          node_type: 'http.request',
          data: { status_code: 200, url: `${stub.url}/data` },
        },
        {
          timestamp: expect.any(String),
          level: 'info',
          message: 'Execution completed',
          node_id: 'end',
          node_type: 'webhook',
        },
      ],
      total: 3,
      limit: 10,
      offset: 0,
    })
  })

  test('tells the error of a run that fails as it prints it, and finds it by status', async () => {
    const flow = await call<{ id: string }>(signedIn(), 'POST', '/api/v1/flows', {
      name: 'Failing',
      definition: definition('/fails'),
    })
    const run = await call<{ execution_id: string }>(signedIn(), 'POST', `/api/v1/flows/${flow.body.id}/run`)
    const execution = await ended(run.body.execution_id)
    const found = await call<{ executions: { id: string }[] }>(
      signedIn(),
      'GET',
      `/api/v1/executions?flow_id=${flow.body.id}&status=failed`,
    )

    expect(execution).toMatchObject({ status: 'failed', error: 'HTTP request failed with status 500' })
    expect(found.body).toMatchObject({
      total: 1,
      limit: 10,
      offset: 0,
      executions: [{ id: run.body.execution_id }],
    })
  })

  test('cancels a running execution, once', async () => {
    const flow = await call<{ id: string }>(signedIn(), 'POST', '/api/v1/flows', {
      name: 'Slow',
      definition: {
        metadata: { name: 'Slow' },
        nodes: { rest: { type: 'delay', params: { seconds: 600 } } },
      },
    })
    const run = await call<{ execution_id: string }>(signedIn(), 'POST', `/api/v1/flows/${flow.body.id}/run`)
    const path = `/api/v1/executions/${run.body.execution_id}`
    const cancelled = await call(signedIn(), 'DELETE', path)
    const again = await call(signedIn(), 'DELETE', path)
    const execution = await call(signedIn(), 'GET', path)

    expect(cancelled).toMatchObject({ status: 200, body: { message: 'Execution cancelled successfully' } })
    expect(again.status).toBe(200)
    expect(execution.body).toMatchObject({ status: 'cancelled', error: 'Execution cancelled' })
  })

  test('answers errors in its one shape', async () => {
    const missing = await call(signedIn(), 'POST', '/api/v1/flows', { definition: definition() })
    const stranger = await call({ url: account.url, key: 'nobody' }, 'GET', '/api/v1/flows')

    expect(missing).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'invalid_request',
          message: 'The request was invalid',
          details: { field: 'name', reason: 'Name is required' },
        },
      },
    })
    expect(stranger).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } })
  })

  test('signs out, and the token is dead', async () => {
    const out = await call(signedIn(), 'POST', '/api/v1/auth/logout')
    const after = await call(signedIn(), 'GET', '/api/v1/flows')

    expect(out).toMatchObject({ status: 200, body: { message: 'Logged out successfully' } })
    expect(after.status).toBe(401)
  })
})

describe('seed 004', () => {
  const attributes = [
    ...['id', 'flow_id', 'flow_version', 'input', 'organization_id', 'status', 'created_at', 'updated_at'],
    ...['modified_by', 'run_number'],
  ]
  const top = '/api/flow-executions'

  test.each([
    [{ file_key: 'path/to/file.pdf' }],
    [{ document_url: 'gs://bucket/file.csv' }],
    [{ message_id: 'msg_123', attachments: [] }],
  ])('creates and starts an execution with the printed input %j', async (input) => {
    const flow_id = await publish(asks)
    const { status, body } = await call<Execution>(withKey(), 'POST', top, { flow_id, input })

    expect([status, Object.keys(body)]).toEqual([201, attributes])
    expect(body).toMatchObject({ flow_id, flow_version: 1, input, status: 'running', run_number: null })
    for (const id of [body.id, body.organization_id]) expect(id).toMatch(uuid)
    for (const at of [body.created_at, body.updated_at]) expect(at).toMatch(moment)
  })

  test('goes through the printed statuses, on the version it began with', async () => {
    const flow_id = await publish(asks)
    const { body } = await call<Execution>(withKey(), 'POST', `${top}?wait=20`, { flow_id, input: {} })
    const path = `${top}/${body.id}`
    await call(withKey(), 'PATCH', `/v1/flow/${flow_id}`, { definition: asksMore })
    await call(withKey(), 'POST', `/v1/flow/${flow_id}/publish`)
    await call(withKey(), 'POST', `/v1/flowrun/resume/${body.id}`, { decision: 'approve' })
    const done = await call<Execution>(withKey(), 'GET', `${path}?include_run_number=true`)
    const listed = await call<Execution[]>(withKey(), 'GET', `${top}?flow_id=${flow_id}&status=completed`)
    const again = await call<Execution>(withKey(), 'POST', `${path}/execute`)
    const cancelled = await call<Execution>(withKey(), 'POST', `${path}/cancel`)
    const deleted = await call(withKey(), 'DELETE', path)
    const gone = await call(withKey(), 'GET', path)

    expect(body.status).toBe('in_progress')
    expect(done.body).toMatchObject({ status: 'completed', flow_version: 1, run_number: 1 })
    expect(listed.body.map(({ id }) => id)).toEqual([body.id])
    expect(again.body).toMatchObject({ id: body.id, status: 'running', flow_version: 2 })
    expect(cancelled.body).toMatchObject({ status: 'failed', error: { code: 'cancelled' } })
    expect([deleted.status, gone]).toMatchObject([
      204,
      { status: 404, body: { error: { code: 'not_found', message: 'Execution not found', details: [] } } },
    ])
  })

  test('answers what does not fit with detail, as clients of this family read it', async () => {
    const { status, body } = await call(withKey(), 'POST', top, { flow_id: 'flow-123' })
    const details = [
      { loc: ['body', 'flow_id'], msg: expect.any(String), type: 'value_error' },
      { loc: ['body', 'input'], msg: 'input is required', type: 'missing' },
    ]

    expect([status, body]).toEqual([
      422,
      {
        detail: details,
        error: { code: 'validation_failed', message: expect.any(String), details },
        request_id: expect.stringMatching(/^req_/),
      },
    ])
  })
})

interface Execution {
  id: string
  organization_id: string
  status: string
  created_at: string
  updated_at: string
}

const ask = (message: string) => ({
  metadata: { name: 'Seed 004' },
  nodes: { ask: { type: 'approval', params: { message, onTimeout: 'fail' } } },
})
const [asks, asksMore] = [ask('Go?'), ask('Go on?')]

describe('seed 001', () => {
  const score = {
    metadata: { name: 'Renewal risk' },
    triggers: [{ type: 'api' }],
    inputs: [
      { name: 'customerId', type: 'text', required: true },
      { name: 'topic', type: 'text' },
    ],
    nodes: {
      end: {
        type: 'final',
        params: { outputs: { summary: 'Renewal risk is low', score: '{{$length(customerId) + 75}}' } },
      },
    },
  }
  let flow: string

  test('executes with inputs in the body and answers the Final step’s output', async () => {
    flow = await publish(score)
    const { status, body } = await call(withKey(), 'POST', `/v1/client/flow/${flow}/execute`, {
      customerId: 'cus_123',
      topic: 'renewal',
    })
    const older = await call(withKey(), 'POST', `/v1/client/flow/${flow}/execute?version=1`, {
      customerId: 'cus_123',
    })

    expect([status, body]).toEqual([200, { summary: 'Renewal risk is low', score: 82 }])
    expect(older.body).toEqual(body)
  })

  test('executes from the dashboard with metadata', async () => {
    const { body } = await call(withKey(), 'POST', `/v1/flow/execute/${flow}`, {
      inputs: { customerId: 'cus_123' },
      returnExecutionMetadata: true,
    })

    expect(body).toEqual({
      status: 'completed',
      appRunId: expect.stringMatching(uuid),
      output: { summary: 'Renewal risk is low', score: 82 },
    })
  })

  test('resumes an approval with the printed body', async () => {
    const waiting = await start({
      ask: {
        type: 'user-approval',
        params: { message: 'Renew?', onTimeout: 'fail' },
        next: { default: 'end' },
      },
      end: { type: 'final', params: { outputs: { decision: '{{approval.decision}}' } } },
    })
    const done = await call(withKey(), 'POST', `/v1/flowrun/resume/${waiting.appRunId}`, {
      decision: 'approve',
    })

    expect(waiting).toMatchObject({ status: 'waiting', waitState: { type: 'user-approval', stepId: 'ask' } })
    expect(done.body).toEqual({
      status: 'completed',
      appRunId: waiting.appRunId,
      output: { decision: 'approve' },
    })
  })

  test('resumes a client tool with the printed body', async () => {
    const waiting = await start({
      tool: {
        type: 'client-tool',
        params: { toolName: 'lookup', parameters: { id: 7 } },
        next: { default: 'end' },
      },
      end: { type: 'final', params: { output: '{{tool}}' } },
    })
    const executionId = waiting.pendingAction?.executionId
    const done = await call(withKey(), 'POST', `/v1/flowrun/resume/${waiting.appRunId}`, {
      toolResult: { executionId, success: true, output: { value: 42 } },
    })

    expect(waiting.pendingAction).toMatchObject({ type: 'client-tool', toolName: 'lookup', args: { id: 7 } })
    expect(done.body).toEqual({ status: 'completed', appRunId: waiting.appRunId, output: { value: 42 } })
  })

  test.each(['poll', 'details', 'steps', 'inputs', 'outputs', 'errorDetails'])(
    'reads a run by %s',
    async (view) => {
      const waiting = await start({
        ask: { type: 'approval', params: { message: 'Go?', onTimeout: 'fail' } },
      })
      const open = await call(withKey(), 'GET', `/v1/flowrun/${view}/${waiting.appRunId}`)
      await call(withKey(), 'POST', `/v1/flowrun/resume/${waiting.appRunId}`, { decision: 'approve' })
      const ended = await call(withKey(), 'GET', `/v1/flowrun/${view}/${waiting.appRunId}`)

      expect([open.status, ended.status]).toEqual([200, 200])
      expect(JSON.stringify(ended.body)).toContain(waiting.appRunId)
    },
  )
})

interface Waiting {
  status: string
  appRunId: string
  pendingAction?: { executionId: string }
}

async function publish(document: unknown): Promise<string> {
  const made = await call<{ _id: string }>(withKey(), 'POST', '/v1/flow', { definition: document })
  const published = await call(withKey(), 'POST', `/v1/flow/${made.body._id}/publish`)
  expect([made.status, published.status]).toEqual([201, 201])
  return made.body._id
}

async function start(nodes: unknown): Promise<Waiting> {
  const flow = await publish({ metadata: { name: 'Seed 001' }, triggers: [{ type: 'api' }], nodes })
  const { body } = await call<Waiting>(withKey(), 'POST', `/v1/client/flow/${flow}/execute`, {})
  return body
}

/** The execution once it has ended; the route itself waits, so nothing here sleeps. */
async function ended(execution: string): Promise<unknown> {
  await call(withKey(), 'GET', `/v1/flowrun/poll/${execution}?wait=20&rev=99`)
  return (await call(signedIn(), 'GET', `/api/v1/executions/${execution}`)).body
}
