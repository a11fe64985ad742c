import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, askingTwice, calling } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
const flows = {} as Record<'asking' | 'calling' | 'askingTwice', string>
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  for (const [name, definition] of Object.entries({ asking, calling, askingTwice }))
    flows[name as keyof typeof flows] = await faces.flow(definition)
})
afterAll(() => faces.close())

const begin = async (flow: string) => (await faces.execute(flow)).body
const resume = (run: string, body: unknown, credential = as, headers: Record<string, string> = {}) =>
  faces.send('POST', `/v1/flowrun/resume/${run}`, { as: credential, body, headers })

test('an approval is answered with the body of the seed, and what follows is the answer', async () => {
  const { appRunId } = await begin(flows.asking)
  const { status, body, headers } = await resume(appRunId, { decision: 'approve' })

  expect([status, body]).toEqual([200, { status: 'completed', appRunId, output: { decision: 'approve' } }])
  expect(headers).toMatchObject({ 'sluice-run-id': appRunId, 'sluice-run-status': 'completed' })
})

test('a client tool is answered with the body of the seed', async () => {
  const { appRunId, pendingAction } = await begin(flows.calling)
  const { body } = await resume(appRunId, {
    toolResult: { executionId: pendingAction.executionId, success: true, output: { value: 42 } },
  })

  expect(pendingAction).toMatchObject({ type: 'client-tool', toolName: 'lookup', args: { id: 7 } })
  expect(body).toEqual({ status: 'completed', appRunId, output: { value: 42 } })
})

test('text that a tool gives stays text', async () => {
  const { appRunId } = await begin(flows.calling)
  const { body } = await resume(appRunId, { toolResult: { success: true, output: '{"a":1}' } })

  expect(body.output).toBe('{"a":1}')
})

test('a run that fails after the answer is 200: the answer was accepted', async () => {
  const { appRunId } = await begin(flows.calling)
  const { status, body } = await resume(appRunId, { toolResult: { success: false, error: 'no such id' } })

  expect([status, body.status, body.error.code]).toEqual([200, 'failed', 'ClientTool.Failed'])
})

test('M2 the same answer again is 200 with the first result, another is 409 with who was first', async () => {
  const { appRunId } = await begin(flows.asking)
  const first = await resume(appRunId, { decision: 'approve' })
  const again = await resume(appRunId, { decision: 'approve' })
  const other = await resume(appRunId, { decision: 'reject' })

  expect(again.body).toEqual(first.body)
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect([other.status, other.body.error.code]).toEqual([409, 'wait_already_answered'])
  expect(other.body.error.details).toEqual({
    answeredAt: expect.any(String),
    answeredBy: `user:${faces.acme.account.user.id}`,
    outcome: { decision: 'approve' },
  })
})

test('several open and none named is 409 with the names', async () => {
  const { appRunId } = await begin(flows.askingTwice)
  await faces.asked(appRunId, 2)
  const { status, body } = await resume(appRunId, { toolResult: { success: true } })

  expect([status, body.error.details.reason]).toEqual([409, 'wait_not_named'])
  expect(body.error.details.executionIds).toHaveLength(2)
  expect(body.error.details).not.toHaveProperty('waits')
})

test('K11 unknown members are ignored, and who decides is the credential', async () => {
  const { appRunId } = await begin(flows.asking)
  const { status } = await resume(appRunId, { decision: 'approve', decidedBy: 'user:boss', role: 'admin' })
  const steps = await faces.send('GET', `/v1/flowrun/steps/${appRunId}`, { as })

  expect(status).toBe(200)
  expect(steps.body.steps.find(({ stepId }: { stepId: string }) => stepId === 'ask').output).toMatchObject({
    decision: 'approve',
    decidedBy: `user:${faces.acme.account.user.id}`,
  })
})

describe('refused, and still waiting', () => {
  test.each([
    ['no answer', {}, 422],
    ['two answers', { decision: 'approve', toolResult: { success: true } }, 422],
    ['two others', { decision: 'approve', params: {} }, 422],
    ['an unknown decision', { decision: 'maybe' }, 422],
    ['a result that is none', { toolResult: { output: 1 } }, 422],
    ['a long message', { decision: 'approve', message: 'x'.repeat(2001) }, 422],
    ['an answer of another kind', { toolResult: { success: true } }, 409],
    ['a wait of nobody', { decision: 'approve', executionId: '5b1e2c1a-6a0f-8a57-9d0e-5a0f6f3c7f11' }, 409],
    ['no body', undefined, 400],
    ['a list', '[]', 400],
  ])('%s', async (_what, body, expected) => {
    const { appRunId } = await begin(flows.asking)
    const { status } = await resume(appRunId, body)
    const poll = await faces.send('GET', `/v1/flowrun/poll/${appRunId}`, { as })

    expect([status, poll.body.status]).toEqual([expected, 'waiting'])
  })

  test('which of three answers is wrong is told of the one that was meant', async () => {
    const { appRunId } = await begin(flows.asking)
    const { body } = await resume(appRunId, { toolResult: { output: 1 } })

    expect(body.error.details.issues).toEqual([
      { path: '/toolResult/success', code: 'required', message: 'toolResult.success is required' },
    ])
  })

  test('an output over 262,144 bytes is 413', async () => {
    const { appRunId } = await begin(flows.calling)
    const { status } = await resume(appRunId, { toolResult: { success: true, output: 'x'.repeat(262_145) } })

    expect(status).toBe(413)
  })

  test('a viewer is 403', async () => {
    const { appRunId } = await begin(flows.asking)

    expect((await resume(appRunId, { decision: 'approve' }, faces.acme.token.viewer)).status).toBe(403)
  })
})

test('a cancelled run is 409 run_finished', async () => {
  const { appRunId } = await begin(flows.asking)
  await faces.send('POST', `/v1/flowrun/cancel/${appRunId}`, { as })
  const { status, body } = await resume(appRunId, { decision: 'approve' })

  expect([status, body.error.code, body.error.details.runStatus]).toEqual([409, 'run_finished', 'cancelled'])
})

test('a key gives the first reply again, with the run that it was about', async () => {
  const { appRunId } = await begin(flows.asking)
  const headers = { 'idempotency-key': 'resume-1' }
  const first = await resume(appRunId, { decision: 'approve' }, as, headers)
  const again = await resume(appRunId, { decision: 'approve' }, as, headers)

  expect(again.body).toEqual(first.body)
  expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true', 'sluice-run-id': appRunId })
})
