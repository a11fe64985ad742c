import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'
import { openStub, type Stub } from './stub.ts'

const rounds = Number(process.env.SLUICE_RACE_ROUNDS ?? 100)
const answerers = 16
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

interface Refusal {
  error?: { code: string; details: { answeredBy: string; answeredAt: string } }
}

test(`E1 of ${answerers} answers at once exactly one is taken, in ${rounds} rounds`, {
  timeout: 180_000,
}, async () => {
  const ends = { url: account.url, key: account.demo.apiKey }
  const definition = {
    metadata: { name: 'Race' },
    triggers: [{ type: 'api' }],
    nodes: {
      ask: { type: 'client-tool', params: { toolName: 'race', parameters: {} }, next: { default: 'tell' } },
      tell: { type: 'http.request', params: { url: `${stub.url}/won`, method: 'POST', body: '{{ask.by}}' } },
    },
  }
  const flow = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })
  await call(ends, 'POST', `/v1/flow/${flow.body._id}/publish`)

  for (let round = 0; round < rounds; round++) {
    stub.hits.length = 0
    const run = await call<{ appRunId: string }>(ends, 'POST', `/v1/client/flow/${flow.body._id}/execute`, {})
    const answers = await Promise.all(
      Array.from({ length: answerers }, (_, by) =>
        call<Refusal>(ends, 'POST', `/v1/flowrun/resume/${run.body.appRunId}`, {
          toolResult: { success: true, output: { by: `caller ${by}` } },
        }),
      ),
    )
    const taken = answers.flatMap(({ status }, by) => (status === 200 ? [by] : []))
    const refused = answers.filter(({ status }) => status !== 200)

    expect(taken, `round ${round}`).toHaveLength(1)
    expect(refused.map(({ status, body }) => `${status} ${body.error?.code}`)).toEqual(
      Array(answerers - 1).fill('409 wait_already_answered'),
    )
    expect(refused.every(({ body }) => /^key:/.test(body.error?.details.answeredBy ?? ''))).toBe(true)
    expect(stub.hits.map(({ body }) => body)).toEqual([`caller ${taken[0]}`])
  }
})
