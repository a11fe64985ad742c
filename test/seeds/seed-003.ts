import { expect, test } from 'vitest'
import { call } from '../account/call.ts'
import { type Calls, moment, uuid } from './calls.ts'

/** Seed 003: a person signs in and works with flows and executions. */
export function seed003({ opened, withKey }: Calls): void {
  let token: string
  const signedIn = () => ({ url: opened().account.url, key: token })
  const definition = (first?: string) => printedFlow(opened().stub.url, first)

  /** The execution once it has ended; the route itself waits, so nothing here sleeps. */
  async function ended(execution: string): Promise<unknown> {
    await call(withKey(), 'GET', `/v1/flowrun/poll/${execution}?wait=20&rev=99`)
    return (await call(signedIn(), 'GET', `/api/v1/executions/${execution}`)).body
  }

  test('signs in, refreshes and tells the account', async () => {
    const { email, password } = opened().account.demo
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
    expect(opened().stub.hits.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /data',
      'POST /callback',
    ])
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
          data: { status_code: 200, url: `${opened().stub.url}/data` },
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
    const stranger = await call({ url: opened().account.url, key: 'nobody' }, 'GET', '/api/v1/flows')

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
}

/** The definition as seed 003 prints it, its two addresses pointed at the stub. */
const printedFlow = (stubUrl: string, first = '/data') => `metadata:
  name: "My Flow"
  description: "A simple flow"
  version: "1.0.0"

nodes:
  start:
    type: "http.request"
    params:
      url: "${stubUrl}${first}"
      method: "GET"
    next:
      default: "end"
  
  end:
    type: "webhook"
    params:
      url: "${stubUrl}/callback"
      method: "POST"
`
