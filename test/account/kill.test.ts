import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'
import { openStub, type Stub } from './stub.ts'

let stub: Stub
let account: AccountChild

beforeAll(async () => {
  stub = await openStub()
  account = await startAccount({ env: { SLUICE_OUTBOUND_ALLOW: stub.host } })
})
afterAll(async () => {
  await account.stop()
  await stub.close()
  rmSync(account.folder, { recursive: true, force: true })
})

const ends = () => ({ url: account.url, key: account.demo.apiKey })

async function publish(definition: unknown): Promise<string> {
  const made = await call<{ _id: string }>(ends(), 'POST', '/v1/flow', { definition })
  const published = await call(ends(), 'POST', `/v1/flow/${made.body._id}/publish`)
  expect([made.status, published.status]).toEqual([201, 201])
  return made.body._id
}

const asksThenCalls = () => ({
  metadata: { name: 'Ask, then call' },
  triggers: [{ type: 'api' }],
  nodes: {
    ask: { type: 'approval', params: { message: 'Go?', onTimeout: 'fail' }, next: { default: 'tell' } },
    tell: {
      type: 'http.request',
      params: { url: `${stub.url}/told`, method: 'POST' },
      next: { default: 'end' },
    },
    end: { type: 'final', params: { outputs: { told: '{{tell.status_code}}' } } },
  },
})

test('G1 a run that waits survives kill -9, is answered after the next start and completes once', async () => {
  const flow = await publish(asksThenCalls())
  const waiting = await call<{ status: string; appRunId: string }>(
    ends(),
    'POST',
    `/v1/client/flow/${flow}/execute`,
    {},
  )
  await account.kill()
  account = await startAccount({ folder: account.folder, env: { SLUICE_OUTBOUND_ALLOW: stub.host } })
  const path = `/v1/flowrun/resume/${waiting.body.appRunId}`
  const done = await call(ends(), 'POST', path, { decision: 'approve' })
  const again = await call(ends(), 'POST', path, { decision: 'approve' })
  const other = await call(ends(), 'POST', path, { decision: 'reject' })

  expect(waiting.body.status).toBe('waiting')
  expect(done.body).toMatchObject({ status: 'completed', output: { told: 200 } })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(other.status).toBe(409)
  expect(stub.hits.filter(({ path: hit }) => hit === '/told')).toHaveLength(1)
})

test('G1 runs killed at work are finished by the next start, with the same effect key', async () => {
  const flow = await publish({
    metadata: { name: 'Two calls' },
    triggers: [{ type: 'api' }],
    settings: { durability: 'standard' },
    nodes: {
      rest: { type: 'delay', params: { seconds: 1 }, next: { default: 'one' } },
      one: {
        type: 'http.request',
        params: { url: `${stub.url}/one`, method: 'POST' },
        next: { default: 'two' },
      },
      two: { type: 'http.request', params: { url: `${stub.url}/two`, method: 'POST' } },
    },
  })
  const runs = await Promise.all(
    Array.from({ length: 8 }, () =>
      call<{ appRunId: string }>(ends(), 'POST', `/v1/client/flow/${flow}/execute?wait=0`, {}),
    ),
  )
  await account.kill()
  account = await startAccount({ folder: account.folder, env: { SLUICE_OUTBOUND_ALLOW: stub.host } })
  const ended = await Promise.all(
    runs.map(({ body }) =>
      call<{ status: string }>(ends(), 'GET', `/v1/flowrun/poll/${body.appRunId}?wait=20&rev=99`),
    ),
  )
  const keys = stub.hits
    .filter(({ path }) => path === '/two')
    .map(({ headers }) => headers['idempotency-key'])

  expect(runs.map(({ status }) => status)).toEqual(Array(8).fill(202))
  expect(ended.map(({ body }) => body.status)).toEqual(Array(8).fill('completed'))
  expect(new Set(keys).size).toBe(8)
})

test('G1 a list of 1,000 items killed half-way is gone through to its end: each call made, each result used once', async () => {
  const items = 1000
  const flow = await publish({
    metadata: { name: 'Many calls' },
    triggers: [{ type: 'api' }],
    settings: { durability: 'standard' },
    nodes: {
      all: {
        type: 'each',
        params: {
          items: '{{[1..1000]}}',
          maxItems: items,
          concurrency: 40,
          body: {
            nodes: {
              call: {
                type: 'http.request',
                params: { url: `${stub.url}/item/{{item}}`, method: 'POST' },
                next: { default: 'keep' },
              },
              keep: { type: 'transform', params: { value: '{{call.body.echo}}' } },
            },
          },
        },
        next: { default: 'end' },
      },
      end: { type: 'final', params: { output: '{{all}}' } },
    },
  })
  const called = () => stub.hits.filter(({ path }) => path.startsWith('/item/')).map(({ path }) => path)
  const execute = `/v1/client/flow/${flow}/execute?wait=0`
  const { body: run } = await call<{ appRunId: string }>(ends(), 'POST', execute, {})
  await expect.poll(() => called().length, { timeout: 20_000 }).toBeGreaterThan(items / 3)
  await account.kill()
  const before = called().length
  account = await startAccount({ folder: account.folder, env: { SLUICE_OUTBOUND_ALLOW: stub.host } })
  const poll = `/v1/flowrun/poll/${run.appRunId}?wait=25&rev=99`
  const read = async () => (await call<{ status: string; output: string[] }>(ends(), 'GET', poll)).body
  const { status, output } = await vi.waitUntil(
    async () => {
      const now = await read()
      return now.status === 'completed' || now.status === 'failed' ? now : null
    },
    { timeout: 60_000 },
  )

  expect(before).toBeLessThan(items)
  expect(status).toBe('completed')
  expect(output).toEqual(Array.from({ length: items }, (_, index) => `/item/${index + 1}`))
  expect(new Set(called()).size).toBe(items)
  // What was done and recorded before is not done again: only what was in flight.
  expect(called().length).toBeLessThanOrEqual(items + 80)
}, 120_000)
