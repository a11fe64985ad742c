import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './account/call.ts'
import { type AccountChild, startAccount } from './account/child.ts'

/** Every route that seed 001 prints, in its order, with what it prints to send, against `npm start`. */
let account: AccountChild
const ids = { flow: '', run: '', waiting: '', token: '' }

const score = {
  metadata: { name: 'Renewal risk' },
  triggers: [{ type: 'api' }, { type: 'form' }, { type: 'schedule' }],
  inputs: [
    { name: 'customerId', type: 'text' },
    { name: 'topic', type: 'text' },
    { name: 'reportType', type: 'text' },
  ],
  nodes: {
    end: { type: 'final', params: { outputs: { summary: 'Renewal risk is low', score: 82 } } },
  },
}
const asks = {
  metadata: { name: 'Asks' },
  nodes: { ask: { type: 'approval', params: { message: 'Renew?', onTimeout: 'fail' } } },
}
const inputs = { customerId: 'cus_123', topic: 'renewal' }

const send = async (method: string, path: string, body?: unknown) =>
  await call<Record<string, never>>({ url: account.url, key: account.demo.apiKey }, method, path, body)
const publish = async (definition: unknown) => {
  const { body } = await send('POST', '/v1/flow', { definition })
  await send('POST', `/v1/flow/${body._id}/publish`)
  return String(body._id)
}

beforeAll(async () => {
  account = await startAccount()
  ids.flow = await publish(score)
  ids.run = String(
    (await send('POST', `/v1/flow/execute/${ids.flow}`, { inputs, returnExecutionMetadata: true })).body
      .appRunId,
  )
  ids.waiting = String(
    (await send('POST', `/v1/client/flow/${await publish(asks)}/execute`, {})).body.appRunId,
  )
  ids.token = String((await send('POST', `/v1/flow/${ids.flow}/share`, {})).body.token)
})
afterAll(async () => {
  await account.stop()
  rmSync(account.folder, { recursive: true, force: true })
})

/** Method, path as printed, status, body. */
const routes: [method: string, path: string, status: number, body?: unknown][] = [
  ['POST', '/v1/client/flow/:_id/execute', 200, inputs],
  ['POST', '/v1/flow/execute/:flowId', 200, { inputs, returnExecutionMetadata: true }],
  ['GET', '/v1/flow/share/:token', 200],
  ['POST', '/v1/flow/share/execute/:token', 200, inputs],
  ['POST', '/v1/flow/share/file/:token', 201, { filename: 'a.txt', contentType: 'text/plain', size: 1 }],
  ['GET', '/v1/flow/preferences', 200],
  ['POST', '/v1/flow/step-field-items', 200, { stepType: 'flow', field: 'flowId' }],
  ['GET', '/v1/flow', 200],
  ['POST', '/v1/flow', 201, { definition: score }],
  ['GET', '/v1/flow/:_id', 200],
  ['PATCH', '/v1/flow/:_id', 200, { description: 'Scores a renewal' }],
  ['POST', '/v1/flow/:_id/autosave', 200, { definition: score }],
  ['POST', '/v1/flow/:_id/publish', 201],
  // No provider of models is set up here, and the service says so.
  ['POST', '/v1/flow/enhance', 501, { prompt: 'Score a renewal' }],
  ['POST', '/v1/flow/:_id/enhance', 501, { instructions: 'Ask first' }],
  ['POST', '/v1/flow/:appId/clone', 201],
  ['GET', '/v1/flow/:appId/export', 200],
  ['POST', '/v1/flow/import', 201, score],
  ['POST', '/v1/flow/file', 201, { filename: 'a.txt', contentType: 'text/plain', size: 1 }],
  ['GET', '/v1/flow/:_id/schedule', 200],
  ['POST', '/v1/flow/:_id/schedule', 201, { cron: '0 * * * *', data: { inputs: { reportType: 'hourly' } } }],
  ['POST', '/v1/flow/:_id/schedule-cancel', 200],
  ['GET', '/v1/flow/:_id/logs', 200],
  ['GET', '/v1/flowrun/overview/:appId', 200],
  ['GET', '/v1/flowrun/details/:id', 200],
  ['POST', '/v1/flowrun/resume/:id', 200, { decision: 'approve' }],
  ['GET', '/v1/flowrun/poll/:id', 200],
  ['GET', '/v1/flowrun/light/:appId', 200],
  ['GET', '/v1/flowrun/summary/:id', 200],
  ['GET', '/v1/flowrun/detailed/:id', 200],
  ['GET', '/v1/flowrun/:appId', 200],
  ['GET', '/v1/flowrun/inputs/:runId', 200],
  ['GET', '/v1/flowrun/outputs/:runId', 200],
  ['GET', '/v1/flowrun/errorDetails/:runId', 200],
  ['GET', '/v1/flowrun/steps/:runId', 200],
  ['GET', '/v1/flowrun/context/:runId', 200],
  ['GET', '/v1/flowrun/minimal-details/:runId', 200],
  ['GET', '/v1/flowrun/credit-details/:runId', 200],
  ['GET', '/v1/flow/:appId/versions', 200],
  ['GET', '/v1/flow/:appId/versions/:version', 200],
  ['POST', '/v1/flow/:appId/versions/:version/unpublish', 200],
  ['POST', '/v1/flow/:appId/versions/:version/publish', 200],
  ['POST', '/v1/flow/:appId/versions/:version/set-latest', 200],
  ['POST', '/v1/flow/:appId/versions/:version/rollback', 201],
  // A published version must be unpublished before.
  ['DELETE', '/v1/flow/:appId/versions/:version', 409],
  ['DELETE', '/v1/flow/:_id', 200],
]

test.each(routes)('%s %s', async (method, printed, status, body) => {
  const isRun = printed.startsWith('/v1/flowrun/')
  const path = printed
    .replace(':token', ids.token)
    .replace(':version', '1')
    .replace(/:(id|runId)$/, method === 'POST' ? ids.waiting : ids.run)
    .replace(/:(_id|appId|flowId)/, ids.flow)
  const answer = await send(method, path, body)

  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    expect.stringMatching(/^application\/json/),
  ])
  if (isRun && status === 200) expect(Object.keys(answer.body).length).toBeGreaterThan(1)
})
