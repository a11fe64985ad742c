import { expect, test } from 'vitest'
import { call } from '../account/call.ts'
import { type Calls, uuid } from './calls.ts'

/** Seed 001: flows are executed, ask, and are answered. */
export function seed001({ withKey, publish }: Calls): void {
  async function start(nodes: unknown): Promise<Waiting> {
    const flow = await publish({ metadata: { name: 'Seed 001' }, triggers: [{ type: 'api' }], nodes })
    const { body } = await call<Waiting>(withKey(), 'POST', `/v1/client/flow/${flow}/execute`, {})
    return body
  }

  const score = {
    metadata: { name: 'Renewal risk' },
    triggers: [{ type: 'api' }],
    inputs: [
      { name: 'customerId', type: 'text', required: true },
      { name: 'topic', type: 'text' },
    ],
    nodes: {
      end: {
        type: 'final',
        params: { outputs: { summary: 'Renewal risk is low', score: '{{$length(customerId) + 75}}' } },
      },
    },
  }
  let flow: string

  test('executes with inputs in the body and answers the Final step’s output', async () => {
    flow = await publish(score)
    const { status, body } = await call(withKey(), 'POST', `/v1/client/flow/${flow}/execute`, {
      customerId: 'cus_123',
      topic: 'renewal',
    })
    const older = await call(withKey(), 'POST', `/v1/client/flow/${flow}/execute?version=1`, {
      customerId: 'cus_123',
    })

    expect([status, body]).toEqual([200, { summary: 'Renewal risk is low', score: 82 }])
    expect(older.body).toEqual(body)
  })

  test('executes from the dashboard with metadata', async () => {
    const { body } = await call(withKey(), 'POST', `/v1/flow/execute/${flow}`, {
      inputs: { customerId: 'cus_123' },
      returnExecutionMetadata: true,
    })

    expect(body).toEqual({
      status: 'completed',
      appRunId: expect.stringMatching(uuid),
      output: { summary: 'Renewal risk is low', score: 82 },
    })
  })

  test('resumes an approval with the printed body', async () => {
    const waiting = await start({
      ask: {
        type: 'user-approval',
        params: { message: 'Renew?', onTimeout: 'fail' },
        next: { default: 'end' },
      },
      end: { type: 'final', params: { outputs: { decision: '{{approval.decision}}' } } },
    })
    const done = await call(withKey(), 'POST', `/v1/flowrun/resume/${waiting.appRunId}`, {
      decision: 'approve',
    })

    expect(waiting).toMatchObject({ status: 'waiting', waitState: { type: 'user-approval', stepId: 'ask' } })
    expect(done.body).toEqual({
      status: 'completed',
      appRunId: waiting.appRunId,
      output: { decision: 'approve' },
    })
  })

  test('resumes a client tool with the printed body', async () => {
    const waiting = await start({
      tool: {
        type: 'client-tool',
        params: { toolName: 'lookup', parameters: { id: 7 } },
        next: { default: 'end' },
      },
      end: { type: 'final', params: { output: '{{tool}}' } },
    })
    const executionId = waiting.pendingAction?.executionId
    const done = await call(withKey(), 'POST', `/v1/flowrun/resume/${waiting.appRunId}`, {
      toolResult: { executionId, success: true, output: { value: 42 } },
    })

    expect(waiting.pendingAction).toMatchObject({ type: 'client-tool', toolName: 'lookup', args: { id: 7 } })
    expect(done.body).toEqual({ status: 'completed', appRunId: waiting.appRunId, output: { value: 42 } })
  })

  test.each(['poll', 'details', 'steps', 'inputs', 'outputs', 'errorDetails'])(
    'reads a run by %s',
    async (view) => {
      const waiting = await start({
        ask: { type: 'approval', params: { message: 'Go?', onTimeout: 'fail' } },
      })
      const open = await call(withKey(), 'GET', `/v1/flowrun/${view}/${waiting.appRunId}`)
      await call(withKey(), 'POST', `/v1/flowrun/resume/${waiting.appRunId}`, { decision: 'approve' })
      const ended = await call(withKey(), 'GET', `/v1/flowrun/${view}/${waiting.appRunId}`)

      expect([open.status, ended.status]).toEqual([200, 200])
      expect(JSON.stringify(ended.body)).toContain(waiting.appRunId)
    },
  )
}

interface Waiting {
  status: string
  appRunId: string
  pendingAction?: { executionId: string }
}
