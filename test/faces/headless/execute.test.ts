import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import type { Sent } from '../../http/caller.ts'
import { adding, asking, failing, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const pathOf = (flow: string, org = faces.acme.orgId) => `/cgw/process/v1/orgs/${org}/flows/${flow}/execute`
const send = (flow: string, sent: Sent = {}, org?: string) =>
  faces.send('POST', pathOf(flow, org), { as: faces.acme.token.user, ...sent })
const failed = (flow: string) => ({ error: `Failed to execute flow ${flow}` })

describe('what comes of it', () => {
  test('completed in the window: the seed’s 200, exactly, and the run is an ordinary one', async () => {
    const flow = await faces.flow(adding)
    const answer = await send(flow, { body: { customerId: 'cus_123' } })

    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(/^\{"sessionId":"[0-9a-f-]{36}","result":"Execution completed"\}$/)
    const as = faces.acme.token.viewer
    const { body } = await faces.send('GET', `/v1/flowrun/details/${answer.body.sessionId}`, { as })
    expect(body).toMatchObject({ status: 'completed', triggerType: 'headless', output: { score: 82 } })
  })

  test('it stands at a wait: 202 with what it waits for, and nothing is lost', async () => {
    const flow = await faces.flow(asking)
    const { status, body, headers } = await send(flow, { body: { customerId: 'a' } })

    expect(status).toBe(202)
    expect(body).toMatchObject({
      result: 'Execution waiting',
      waitState: { type: 'user-approval', stepId: 'ask', openWaits: 1 },
    })
    expect(headers).toMatchObject({ location: `/v1/runs/${body.sessionId}`, 'retry-after': '1' })
    const as = faces.acme.token.user
    const done = await faces.send('POST', `/v1/flowrun/resume/${body.sessionId}`, {
      as,
      body: { decision: 'approve' },
    })
    expect(done.body).toMatchObject({ status: 'completed', output: { decision: 'approve' } })
  })

  test('it works on after the window: 202', async () => {
    const flow = await faces.flow(resting)
    const answer = await faces.send('POST', `${pathOf(flow)}?wait=0`, { as: faces.acme.token.user })

    expect([answer.status, answer.body.result]).toEqual([202, 'Execution started'])
  })

  test('it failed: the seed’s 500, with the run’s own code in a header', async () => {
    const flow = await faces.flow(failing)
    const { status, body, headers } = await send(flow)

    expect([status, body]).toEqual([500, failed(flow)])
    expect(headers).toMatchObject({
      'error-code': 'CRM_DOWN',
      'error-detail': 'The CRM is down',
      'sluice-run-status': 'failed',
    })
    expect(headers['sluice-run-id']).toBeDefined()
  })

  test('an equal request with the same key is the same run', async () => {
    const flow = await faces.flow(adding)
    const sent = { body: { customerId: 'a' }, headers: { 'idempotency-key': `key-${flow}` } }
    const [first, second] = [await send(flow, sent), await send(flow, sent)]

    expect([second.status, second.body]).toEqual([200, first.body])
    expect(second.headers['idempotency-replayed']).toBe('true')
  })
})

test('the organisation may be named by its slug', async () => {
  const flow = await faces.flow(adding)

  expect((await send(flow, { body: { customerId: 'a' } }, 'acme')).status).toBe(200)
})

test('callers of this family quote everything: declared numbers and booleans are taken as such', async () => {
  const flow = await faces.flow({
    ...adding,
    inputs: [
      { name: 'count', type: 'integer' },
      { name: 'share', type: 'number' },
      { name: 'really', type: 'boolean' },
      { name: 'text', type: 'text' },
    ],
    nodes: { end: { type: 'final', params: { output: '{{inputs}}' } } },
  })
  const body = { count: '82', share: '0.5', really: 'true', text: '7' }
  const { body: done } = await send(flow, { body })
  const as = faces.acme.token.viewer
  const outputs = await faces.send('GET', `/v1/flowrun/outputs/${done.sessionId}`, { as })

  expect(outputs.body.outputs).toEqual({ count: 82, share: 0.5, really: true, text: '7' })
  const refused = await send(flow, { body: { count: '8.5', share: ' 1', really: 'yes' } })
  expect(refused.status).toBe(400)
  for (const name of ['count', 'share', 'really']) expect(refused.headers['error-detail']).toContain(name)
})

// Between quotes such a number was rounded, or became null, and the run went on with that.
test.each(['9007199254740993', '1e400', '-1e400', '1e-400'])(
  'a quoted number that cannot be held exactly is refused as a bare one is: %s',
  async (share) => {
    const flow = await faces.flow({ ...adding, inputs: [{ name: 'share', type: 'number' }] })
    const quoted = await send(flow, { body: { share } })
    const bare = await send(flow, { body: new TextEncoder().encode(`{"share":${share}}`) })

    for (const { status, headers } of [quoted, bare])
      expect([status, headers['error-code']]).toEqual([400, 'validation_failed'])
    expect(quoted.headers['error-detail']).toContain('share')
  },
)

describe('refusals have one member, and tell in headers what was wrong', () => {
  const unknown = '00000000-0000-4000-8000-000000000000'

  test.each<[status: number, code: string, what: string, (flow: string) => [string, Sent, string?]]>([
    [400, 'validation_failed', 'a variable is missing', (flow) => [flow, { body: {} }]],
    [400, 'invalid_request', 'no object', (flow) => [flow, { body: [1] }]],
    [400, 'invalid_request', 'no JSON', (flow) => [flow, { body: new TextEncoder().encode('{') }]],
    [401, 'unauthorized', 'no credential', (flow) => [flow, { as: undefined }]],
    [403, 'forbidden', 'a viewer', (flow) => [flow, { as: faces.acme.token.viewer }]],
    [404, 'not_found', 'an unknown flow', () => [unknown, {}]],
    [404, 'not_found', 'no UUID', () => ['flow-123', {}]],
    [404, 'not_found', 'the id that the seed prints', () => ['8c996034-eeff-4efc-b04e-4fb410d6f2b', {}]],
    [404, 'not_found', 'another organisation', (flow) => [flow, {}, faces.other.orgId]],
    [404, 'not_found', 'another organisation’s slug', (flow) => [flow, {}, 'other']],
    [
      415,
      'unsupported_media_type',
      'no JSON type',
      (flow) => [flow, { body: 'a=1', headers: { 'content-type': 'text/plain' } }],
    ],
  ])('%i %s: %s', async (status, code, _what, call) => {
    const flow = await faces.flow(adding)
    const [named, sent, org] = call(flow)
    const answer = await send(named, sent, org)

    expect([answer.status, answer.text]).toEqual([status, JSON.stringify(failed(named))])
    expect(answer.headers['error-code']).toBe(code)
  })

  test('409 where nothing is published, or the flow is not for apps', async () => {
    const as = faces.acme.token.user
    const made = await faces.send('POST', '/v1/flow', { as, body: { definition: adding } })
    const form = await faces.flow({ ...(adding as JsonObject), triggers: [{ type: 'form' }] })

    expect((await send(made.body._id, { body: { customerId: 'a' } })).headers['error-code']).toBe(
      'version_not_published',
    )
    const refused = await send(form, { body: { customerId: 'a' } })
    expect([refused.status, refused.headers['error-code']]).toEqual([409, 'conflict'])
  })

  test('500 for a bug of ours: the same, and nothing of the bug', async () => {
    const flow = await faces.flow(adding)
    const { middlewareStack } = faces.world.db
    const bug = () => () => Promise.reject(new TypeError('canary-bug'))
    middlewareStack.add(bug, { step: 'initialize', name: 'aBug' })
    const answer = await send(flow, { body: { customerId: 'a' } })
    middlewareStack.remove('aBug')

    expect([answer.status, answer.body, answer.headers['error-code']]).toEqual([
      ...[500, failed(flow), 'internal_error'],
    ])
    expect(JSON.stringify(answer)).not.toContain('canary')
    expect(answer.headers['sluice-run-id']).toBeUndefined()
  })

  test('characters that do not belong in an id are not given back', async () => {
    const { body } = await send('%3Cscript%3E')

    expect(body).toEqual(failed('_3Cscript_3E'))
  })

  test('who accepts problem documents gets one', async () => {
    const flow = await faces.flow(adding)
    const headers = { accept: 'application/problem+json' }
    const { status, body } = await send(flow, { body: {}, headers })

    expect([status, body.status, body.code]).toEqual([400, 400, 'validation_failed'])
    expect(body.errors).toMatchObject([{ pointer: '#/customerId', code: 'required' }])
  })
})
