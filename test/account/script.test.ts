import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'

let account: AccountChild
beforeAll(async () => {
  account = await startAccount()
})
afterAll(() => rmSync(account.folder, { recursive: true, force: true }))

const execute = (flow: string, inputs: object) =>
  call({ url: account.url, key: account.demo.apiKey }, 'POST', `/v1/client/flow/${flow}/execute`, inputs)

test('M19 scripts run behind npm start, bad ones leave it alive, and it ends when it is told to', async () => {
  const ends = { url: account.url, key: account.demo.apiKey }
  const nodes = { it: { type: 'script', params: { code: 'for (;;) {}' } } }
  const definition = { metadata: { name: 'Endless' }, triggers: [{ type: 'api' }], nodes }
  const bad = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })
  await call(ends, 'POST', `/v1/flow/${bad.body._id}/publish`)
  const order = { customer: 'Ada', lines: [{ name: 'Pen', price: 2.5, quantity: 4 }] }

  const [failed, done] = await Promise.all([
    execute(bad.body._id, {}),
    execute(account.demo.flows['order-triage']!, order),
  ])

  expect(failed.body).toMatchObject({ error: { details: { code: 'Script.Timeout', stepId: 'it' } } })
  expect(done.body).toEqual({ customer: 'Ada', total: 10, dearest: 'Pen', lane: 'ship' })
  expect((await call(ends, 'GET', '/health')).status).toBe(200)
  expect(await account.stop()).toBe(0)
})
