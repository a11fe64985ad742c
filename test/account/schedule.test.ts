import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'

let account: AccountChild
beforeAll(async () => {
  account = await startAccount()
})
afterAll(async () => {
  await account.stop()
  rmSync(account.folder, { recursive: true, force: true })
})

test('on the real clock a flow is started by time, also when that came while the account was down', async () => {
  const ends = { url: account.url, key: account.demo.apiKey }
  const definition = {
    metadata: { name: 'By time' },
    triggers: [{ type: 'schedule' }],
    nodes: { end: { type: 'final', params: { output: '{{trigger.data.schedule}}' } } },
  }
  const flow = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })
  const path = `/v1/flow/${flow.body._id}`
  await call(ends, 'POST', `${path}/publish`)
  const at = (seconds: number) => `at(${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)})`
  const made = await call(ends, 'POST', `${path}/schedule`, { name: 'soon', cron: at(2) })
  await call(ends, 'POST', `${path}/schedule`, { name: 'down', cron: at(4) })
  expect(made.status).toBe(201)

  const runs = async () =>
    (
      await call<{ data: { triggerType: string; status: string }[] }>(
        ends,
        'GET',
        `/v1/flowrun/${flow.body._id}`,
      )
    ).body.data
  await expect
    .poll(runs, { timeout: 15_000, interval: 100 })
    .toMatchObject([{ triggerType: 'schedule', status: 'completed' }])
  const { folder } = account
  await account.stop()
  await new Promise((resolve) => setTimeout(resolve, 2500))
  account = await startAccount({ folder })
  ends.url = account.url

  await expect.poll(runs, { timeout: 15_000, interval: 100 }).toHaveLength(2)
})
