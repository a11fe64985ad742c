import { expect, test } from 'vitest'
import { call } from '../account/call.ts'
import { type Calls, moment, uuid } from './calls.ts'

/** Seed 004: executions are made, read, cancelled and deleted. */
export function seed004({ withKey, publish }: Calls): void {
  const attributes = [
    ...['id', 'flow_id', 'flow_version', 'input', 'organization_id', 'status', 'created_at', 'updated_at'],
    ...['modified_by', 'run_number'],
  ]
  const top = '/api/flow-executions'

  test.each([
    [{ file_key: 'path/to/file.pdf' }],
    [{ document_url: 'gs://bucket/file.csv' }],
    [{ message_id: 'msg_123', attachments: [] }],
  ])('creates and starts an execution with the printed input %j', async (input) => {
    const flow_id = await publish(asks)
    const { status, body } = await call<Execution>(withKey(), 'POST', top, { flow_id, input })

    expect([status, Object.keys(body)]).toEqual([201, attributes])
    expect(body).toMatchObject({ flow_id, flow_version: 1, input, status: 'running', run_number: null })
    for (const id of [body.id, body.organization_id]) expect(id).toMatch(uuid)
    for (const at of [body.created_at, body.updated_at]) expect(at).toMatch(moment)
  })

  test('goes through the printed statuses, on the version it began with', async () => {
    const flow_id = await publish(asks)
    const { body } = await call<Execution>(withKey(), 'POST', `${top}?wait=20`, { flow_id, input: {} })
    const path = `${top}/${body.id}`
    await call(withKey(), 'PATCH', `/v1/flow/${flow_id}`, { definition: asksMore })
    await call(withKey(), 'POST', `/v1/flow/${flow_id}/publish`)
    await call(withKey(), 'POST', `/v1/flowrun/resume/${body.id}`, { decision: 'approve' })
    const done = await call<Execution>(withKey(), 'GET', `${path}?include_run_number=true`)
    const listed = await call<Execution[]>(withKey(), 'GET', `${top}?flow_id=${flow_id}&status=completed`)
    const again = await call<Execution>(withKey(), 'POST', `${path}/execute`)
    const cancelled = await call<Execution>(withKey(), 'POST', `${path}/cancel`)
    const deleted = await call(withKey(), 'DELETE', path)
    const gone = await call(withKey(), 'GET', path)

    expect(body.status).toBe('in_progress')
    expect(done.body).toMatchObject({ status: 'completed', flow_version: 1, run_number: 1 })
    expect(listed.body.map(({ id }) => id)).toEqual([body.id])
    expect(again.body).toMatchObject({ id: body.id, status: 'running', flow_version: 2 })
    expect(cancelled.body).toMatchObject({ status: 'failed', error: { code: 'cancelled' } })
    expect([deleted.status, gone]).toMatchObject([
      204,
      { status: 404, body: { error: { code: 'not_found', message: 'Execution not found', details: [] } } },
    ])
  })

  test('answers what does not fit with detail, as clients of this family read it', async () => {
    const { status, body } = await call(withKey(), 'POST', top, { flow_id: 'flow-123' })
    const details = [
      { loc: ['body', 'flow_id'], msg: expect.any(String), type: 'value_error' },
      { loc: ['body', 'input'], msg: 'input is required', type: 'missing' },
    ]

    expect([status, body]).toEqual([
      422,
      {
        detail: details,
        error: { code: 'validation_failed', message: expect.any(String), details },
        request_id: expect.stringMatching(/^req_/),
      },
    ])
  })
}

interface Execution {
  id: string
  organization_id: string
  status: string
  created_at: string
  updated_at: string
}

const ask = (message: string) => ({
  metadata: { name: 'Seed 004' },
  nodes: { ask: { type: 'approval', params: { message, onTimeout: 'fail' } } },
})
const [asks, asksMore] = [ask('Go?'), ask('Go on?')]
