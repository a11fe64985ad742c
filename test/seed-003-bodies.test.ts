import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createOrganisation } from '../shared/core/organisations.ts'
import type { JsonObject } from '../shared/world.ts'
import { asPrinted } from './as-printed.ts'
import { seed003, seed003AsPrinted } from './definitions/seeds.ts'
import { type Faces, openFaces } from './faces/open-faces.ts'
import type { Answer } from './http/caller.ts'

// Every request and response that seed 003 prints, from its first to its last. Ids, moments, tokens and durations stand for what
// they are (`as-printed.ts`); all else is compared letter by letter, the order of members too.

let faces: Faces
let token: string
/** What the page prints for ids that are real here. */
const names: Record<string, string> = {}
let isDown = false
beforeAll(async () => {
  faces = await openFaces({
    outbound: async ({ url }) => ({
      status: isDown ? 500 : 200,
      headers: { 'content-type': 'application/json' },
      body: url.endsWith('/data') ? '{"key":"value"}' : '{"output":"value"}',
      durationMs: 1,
    }),
  })
  const made = { name: 'Seed', email: 'user@example.com', password: 'your-password' }
  const { account } = await createOrganisation(faces.world, made)
  names[account.id] = 'account-123'
})
afterAll(() => faces.close())
afterEach(() => {
  isDown = false
})

const real = (printed: string) =>
  Object.keys(names).find((id) => names[id] === printed) ?? expect.unreachable(`There is no ${printed} yet`)
const send = (method: string, path: string, body?: unknown) =>
  faces.send(method, path.replace(/(flow|exec|account)-\d+/g, real), { as: token, body })

const printed = '2023-01-01T12:00:00Z'
const times = { created_at: printed, updated_at: printed }
const session = {
  token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...',
  expires_at: printed,
  account_id: 'account-123',
}

function expectPrinted({ status, body }: Answer, wanted: number, text: unknown): void {
  expect([status, JSON.parse(asPrinted(body, names))]).toEqual([wanted, JSON.parse(asPrinted(text))])
  expect(asPrinted(body, names)).toBe(asPrinted(text))
}

describe('authentication', () => {
  test('POST /api/v1/auth/login', async () => {
    const body = { username: 'user@example.com', password: 'your-password' }
    const answer = await faces.send('POST', '/api/v1/auth/login', { body })
    token = answer.body.token

    expectPrinted(answer, 200, session)
  })

  test('POST /api/v1/auth/refresh', async () => {
    const answer = await send('POST', '/api/v1/auth/refresh')
    token = answer.body.token

    expectPrinted(answer, 200, session)
  })
})

const mine = { id: 'flow-123', name: 'My Flow', description: 'A simple flow', version: '1.0.0' }
const another = { ...mine, id: 'flow-456', name: 'Another Flow', description: 'Another flow' }

describe('flows', () => {
  test('POST /api/v1/flows', async () => {
    const make = async ({ id, version: _, ...rest }: typeof mine, definition: string, tags: string[]) => {
      const answer = await send('POST', '/api/v1/flows', { ...rest, definition, tags })
      names[answer.body.id] = id
      return answer
    }
    await make(another, seed003, ['development'])

    expectPrinted(await make(mine, seed003AsPrinted, ['production']), 201, {
      ...mine,
      ...times,
      tags: ['production'],
    })
  })

  test('GET /api/v1/flows', async () => {
    expectPrinted(await send('GET', '/api/v1/flows'), 200, {
      flows: [
        { ...mine, ...times, tags: ['production'] },
        { ...another, ...times, tags: ['development'] },
      ],
      ...{ total: 2, limit: 10, offset: 0 },
    })
  })

  test('GET /api/v1/flows/{id}', async () => {
    expectPrinted(await send('GET', '/api/v1/flows/flow-123'), 200, {
      ...mine,
      definition: seed003AsPrinted,
      ...times,
      tags: ['production'],
    })
  })
})

const ended = { started_at: printed, completed_at: printed, duration: 5000 }

describe('executions', () => {
  test('POST /api/v1/flows/{id}/run', async () => {
    const run = () => send('POST', '/api/v1/flows/flow-123/run', { input: { key: 'value' } })
    isDown = true
    const failing = await run()
    names[failing.body.execution_id] = 'exec-456'
    await send('GET', `/v1/runs/${failing.body.execution_id}?wait=20&rev=99`)
    isDown = false
    const answer = await run()
    names[answer.body.execution_id] = 'exec-123'
    await send('GET', `/v1/runs/${answer.body.execution_id}?wait=20&rev=99`)

    expectPrinted(answer, 201, {
      ...{ execution_id: 'exec-123', flow_id: 'flow-123', status: 'running', created_at: printed },
    })
  })

  test('GET /api/v1/executions/{id}', async () => {
    const definition = {
      metadata: { name: 'Its result' },
      nodes: { end: { type: 'final', params: { outputs: { output: '{{key}}' } } } },
    }
    const { body: flow } = await send('POST', '/api/v1/flows', { name: 'Its result', definition })
    const { body } = await send('POST', `/api/v1/flows/${flow.id}/run?wait=20`, { input: { key: 'value' } })
    const answer = await send('GET', `/api/v1/executions/${body.execution_id}`)
    await send('DELETE', `/api/v1/flows/${flow.id}`)
    const { id, flow_id, ...rest } = answer.body

    expect([id, flow_id]).toEqual([body.execution_id, flow.id])
    expectPrinted({ ...answer, body: { id: 'exec-123', flow_id: 'flow-123', ...rest } }, 200, {
      ...{ id: 'exec-123', flow_id: 'flow-123', status: 'completed' },
      ...{ input: { key: 'value' }, result: { output: 'value' } },
      ...ended,
    })
  })

  test('GET /api/v1/executions', async () => {
    const of = { flow_id: 'flow-123' }
    expectPrinted(await send('GET', `/api/v1/executions?flow_id=flow-123`), 200, {
      executions: [
        { id: 'exec-123', ...of, status: 'completed', ...ended },
        { id: 'exec-456', ...of, status: 'failed', ...ended, error: 'HTTP request failed with status 500' },
      ],
      ...{ total: 2, limit: 10, offset: 0 },
    })
  })

  test('GET /api/v1/executions/{id}/logs', async () => {
    const info = (message: string, node_id: string, node_type: string, more: JsonObject = {}) => ({
      ...{ timestamp: printed, level: 'info', message, node_id, node_type },
      ...more,
    })
    const data = { status_code: 200, url: 'https://api.example.com/data' }
    expectPrinted(await send('GET', '/api/v1/executions/exec-123/logs?level=info'), 200, {
      logs: [
        info('Execution started', 'start', 'http.request'),
        info('HTTP request successful', 'start', 'http.request', { data }),
        info('Execution completed', 'end', 'webhook'),
      ],
      ...{ total: 3, limit: 10, offset: 0 },
    })
  })

  test('DELETE /api/v1/executions/{id}', async () => {
    const definition = {
      metadata: { name: 'Slow' },
      nodes: { rest: { type: 'delay', params: { seconds: 600 } } },
    }
    const { body: flow } = await send('POST', '/api/v1/flows', { name: 'Slow', definition })
    const { body } = await send('POST', `/api/v1/flows/${flow.id}/run`)

    expectPrinted(await send('DELETE', `/api/v1/executions/${body.execution_id}`), 200, {
      message: 'Execution cancelled successfully',
    })
  })
})

describe('flows, changed and deleted', () => {
  test('PUT /api/v1/flows/{id}', async () => {
    const change = { name: 'Updated Flow', description: 'An updated flow' }
    const tags = ['production', 'updated']
    const definition = seed003AsPrinted
      .replace('My Flow', 'Updated Flow')
      .replace('A simple flow', 'An updated flow')
      .replace('1.0.0', '1.0.1')

    expectPrinted(await send('PUT', '/api/v1/flows/flow-123', { ...change, definition, tags }), 200, {
      ...{ id: 'flow-123', ...change, version: '1.0.1' },
      ...{ ...times, tags },
    })
  })

  test('DELETE /api/v1/flows/{id}', async () => {
    expectPrinted(await send('DELETE', '/api/v1/flows/flow-123'), 200, {
      message: 'Flow deleted successfully',
    })
  })
})

const account = { id: 'account-123', name: 'My Account', email: 'user@example.com', role: 'admin' }
const second = { id: 'account-456', name: 'Another Account', email: 'another@example.com', role: 'user' }

describe('accounts', () => {
  test('POST, GET and DELETE /api/v1/accounts', async () => {
    await send('PUT', '/api/v1/accounts/account-123', { name: 'My Account' })
    const other = { name: second.name, email: second.email, password: 'your-password', role: second.role }
    names[(await send('POST', '/api/v1/accounts', other)).body.id] = 'account-456'

    expectPrinted(await send('GET', '/api/v1/accounts'), 200, {
      accounts: [
        { ...account, ...times },
        { ...second, ...times },
      ],
      ...{ total: 2, limit: 10, offset: 0 },
    })
    expectPrinted(await send('GET', '/api/v1/accounts/account-123'), 200, { ...account, ...times })
    const wish = { name: 'New Account', email: 'new@example.com', password: 'your-password', role: 'user' }
    const made = await send('POST', '/api/v1/accounts', wish)
    names[made.body.id] = 'account-789'
    const { password: _, ...shown } = wish
    expectPrinted(made, 201, { id: 'account-789', ...shown, ...times })
    expectPrinted(await send('DELETE', '/api/v1/accounts/account-789'), 200, {
      message: 'Account deleted successfully',
    })
  })

  test('PUT /api/v1/accounts/{id}', async () => {
    const change = { name: 'Updated Account', email: 'updated@example.com', role: 'admin' }

    expectPrinted(await send('PUT', '/api/v1/accounts/account-123', change), 200, {
      ...{ id: 'account-123', ...change },
      ...times,
    })
  })
})

describe('secrets', () => {
  const path = '/api/v1/accounts/account-123/secrets'

  test('GET, POST and DELETE', async () => {
    for (const key of ['DATABASE_URL', 'API_KEY']) await send('POST', path, { key, value: 'your-api-key' })

    expectPrinted(await send('GET', path), 200, {
      secrets: [
        { key: 'API_KEY', ...times },
        { key: 'DATABASE_URL', ...times },
      ],
    })
    expectPrinted(await send('POST', path, { key: 'NEW_API_KEY', value: 'your-api-key' }), 201, {
      key: 'NEW_API_KEY',
      ...times,
    })
    expectPrinted(await send('DELETE', `${path}/NEW_API_KEY`), 200, {
      message: 'Secret deleted successfully',
    })
  })
})

describe('errors', () => {
  test('the printed one', async () => {
    expectPrinted(await send('POST', '/api/v1/flows', { definition: seed003AsPrinted }), 400, {
      error: {
        code: 'invalid_request',
        message: 'The request was invalid',
        details: { field: 'name', reason: 'Name is required' },
      },
    })
  })

  test.each<[status: number, code: string, () => Promise<Answer>]>([
    [401, 'unauthorized', () => faces.send('GET', '/api/v1/flows')],
    [403, 'forbidden', () => faces.send('GET', '/api/v1/accounts', { as: faces.acme.token.user })],
    [404, 'not_found', () => send('GET', '/api/v1/flows/00000000-0000-4000-8000-000000000000')],
    [400, 'invalid_request', () => send('GET', '/api/v1/flows?limit=all')],
    [409, 'conflict', () => send('PUT', '/api/v1/accounts/account-123', { role: 'user' })],
    [422, 'validation_error', () => send('POST', '/api/v1/flows', { name: 'None', definition: 'nodes: {}' })],
    [500, 'internal_error', () => withBug(() => send('GET', '/api/v1/flows'))],
  ])('%i %s', async (status, code, call) => {
    const answer = await call()

    expect([answer.status, answer.body]).toMatchObject([
      status,
      { error: { code, message: expect.any(String) } },
    ])
    expect(Object.keys(answer.body.error).slice(0, 2)).toEqual(['code', 'message'])
  })
})

async function withBug(work: () => Promise<Answer>): Promise<Answer> {
  const { middlewareStack } = faces.world.db
  const bug = () => () => Promise.reject(new TypeError('A bug'))
  middlewareStack.add(bug, { step: 'initialize', name: 'aBug' })
  try {
    return await work()
  } finally {
    middlewareStack.remove('aBug')
  }
}

test('POST /api/v1/auth/logout', async () => {
  expectPrinted(await send('POST', '/api/v1/auth/logout'), 200, { message: 'Logged out successfully' })
})
