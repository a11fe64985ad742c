import { createHmac } from 'node:crypto'
import { rmSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

test('over sockets: a signed delivery starts a run, and an endpoint is told of its end', async () => {
  const ends = { url: account.url, key: account.demo.apiKey }
  const secret = { key: 'HOOK', value: 'a shared secret' }
  expect(
    (await call(ends, 'POST', `/api/v1/accounts/${account.demo.organisationId}/secrets`, secret)).status,
  ).toBe(201)
  const definition = {
    metadata: { name: 'Hooked' },
    triggers: [{ type: 'webhook', id: 'ci', verify: { kind: 'github', secret: '{{secrets.HOOK}}' } }],
    nodes: { end: { type: 'final', params: { output: '{{trigger.data.body.umlaut}}' } } },
  }
  const flow = (await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })).body._id
  expect((await call(ends, 'POST', `/v1/flow/${flow}/publish`)).status).toBe(201)
  const endpoint = await call<{ secret: string }>(ends, 'POST', '/v1/webhook-endpoints', {
    url: `${stub.url}/in`,
    events: ['run.completed'],
  })
  expect(endpoint.status).toBe(201)

  const body = '{ "umlaut": "ä€😀" }'
  const send = (signature: string) =>
    fetch(`${account.url}/v1/flow/${flow}/webhook/ci`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    })
  const right = createHmac('sha256', secret.value).update(body).digest('hex')
  const [bad, good] = [await send('0'.repeat(64)), await send(right)]

  expect([bad.status, good.status]).toEqual([401, 202])
  const { appRunId } = (await good.json()) as { appRunId: string }
  await expect.poll(() => stub.hits.length, { timeout: 15_000 }).toBe(1)
  const [hit] = stub.hits
  const told = new Webhook(endpoint.body.secret).verify(hit!.body, hit!.headers as Record<string, string>)
  expect(told).toMatchObject({ type: 'run.completed', data: { runId: appRunId, flowId: flow } })
  const run = await call<{ output: string }>(ends, 'GET', `/v1/flowrun/poll/${appRunId}`)
  expect(run.body.output).toBe('ä€😀')
})
