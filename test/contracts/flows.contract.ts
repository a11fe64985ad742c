import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/world.ts'
import { call } from '../account/call.ts'
import { type AccountChild, startAccount } from '../account/child.ts'
import { contractFlows } from './contract-flows.ts'

// Whole flows over HTTPS, of the stage that SLUICE and KEY name; without them, of a local account of its own.
let account: AccountChild | undefined
let ends = { url: process.env.SLUICE?.replace(/\/$/, '') ?? '', key: process.env.KEY ?? '' }
const made: string[] = []

beforeAll(async () => {
  if (ends.url !== '') return
  account = await startAccount()
  ends = { url: account.url, key: account.demo.apiKey }
}, 60_000)
afterAll(async () => {
  for (const flow of made) await call(ends, 'DELETE', `/v1/flow/${flow}`)
  await account?.stop()
  if (account) rmSync(account.folder, { recursive: true, force: true })
})

describe.each(Object.entries(contractFlows))('a flow: %s', (_, { nodes, answers, ended }) => {
  test('starts, takes its answers and ends', { timeout: 120_000 }, async () => {
    const definition = {
      metadata: { name: `sluice-contract ${made.length}` },
      triggers: [{ type: 'api' }],
      nodes,
    }
    const { body } = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })
    made.push(body._id)
    const published = await call(ends, 'POST', `/v1/flow/${body._id}/publish`, {})
    expect(published.status).toBe(201)

    const started = await call(ends, 'POST', `/v1/flow/execute/${body._id}`, {})
    const run = started.headers.get('sluice-run-id') ?? ''
    expect(run, JSON.stringify(started.body)).not.toBe('')
    for (const answer of answers) {
      const answered = await call(ends, 'POST', `/v1/flowrun/resume/${run}`, answer)
      expect(answered.status, JSON.stringify(answered.body)).toBe(200)
    }

    const { body: last } = await call<JsonObject>(ends, 'GET', `/v1/runs/${run}`)
    expect(last).toMatchObject(ended)
  })
})
