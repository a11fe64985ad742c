import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { eventually } from '../../eventually.ts'
import type { Sent } from '../../http/caller.ts'
import { adding, asking, failing, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
const flows = {} as Record<'adding' | 'asking' | 'failing' | 'resting', string>
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  for (const [name, definition] of Object.entries({ adding, asking, failing, resting }))
    flows[name as keyof typeof flows] = await faces.flow(definition)
})
afterAll(() => faces.close())

const top = '/api/flow-executions'
const send = (method: string, path: string, sent: Sent = {}) =>
  faces.send(method, `${top}${path}`, { as, ...sent })
const create = (flow_id: string, input: JsonObject = {}, query = '', sent: Sent = {}) =>
  send('POST', query, { body: { flow_id, input }, ...sent })
const get = async (id: string, query = '') => (await send('GET', `/${id}${query}`)).body
const user = () => faces.acme.account.user.id

describe('creating', () => {
  test('answers at once with the whole object, in the seed’s order', async () => {
    const { status, body, headers } = await create(flows.resting, { file_key: 'a', list: [1] })

    expect(status).toBe(201)
    expect(Object.entries(body)).toEqual(
      Object.entries({
        id: headers['sluice-run-id'],
        flow_id: flows.resting,
        flow_version: 1,
        input: { file_key: 'a', list: [1] },
        organization_id: faces.acme.orgId,
        status: 'running',
        created_at: body.created_at,
        updated_at: body.updated_at,
        modified_by: user(),
        run_number: null,
      }),
    )
    expect(headers.location).toBe(`${top}/${body.id}`)
    expect(await get(body.id)).toEqual(body)
  })

  test('with wait the same shape comes once it stands still', async () => {
    const done = await create(flows.adding, { customerId: 'a', undeclared: 1 }, '?wait=20')
    const waiting = await create(flows.asking, {}, '', { headers: { prefer: 'wait=20' } })

    expect(done.body).toMatchObject({
      ...{ status: 'completed', input: { customerId: 'a' }, modified_by: 'system' },
    })
    expect(done.body).not.toHaveProperty('output')
    expect(waiting.headers['preference-applied']).toBe('wait=20')
    expect(waiting.body).toMatchObject({
      status: 'in_progress',
      waiting: [{ node_id: 'ask', node_type: 'approval', question: { message: 'Renew ?' } }],
    })
  })

  test('large inputs are shown whole', async () => {
    const input = { text: 'x'.repeat(20_000) }

    expect((await create(flows.resting, input)).body.input).toEqual(input)
    expect((await create(flows.failing, input, '?wait=20')).body.input).toEqual(input)
  })

  test('an equal request with the same key is the same execution', async () => {
    const sent = { headers: { 'idempotency-key': 'create-1' } }
    const first = await create(flows.resting, {}, '', sent)
    const second = await create(flows.resting, {}, '', sent)
    const other = await create(flows.resting, { a: 1 }, '', sent)

    expect([second.status, second.body.id]).toEqual([201, first.body.id])
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect([other.status, other.body.error.code, other.body.detail]).toEqual([
      ...[422, 'idempotency_key_reused', []],
    ])
  })

  test('it is queued while the flow has no place for it', async () => {
    const flow = await faces.flow({
      ...resting,
      settings: { concurrency: { key: 'all', limit: 1, whenFull: 'queue' } },
    })
    const first = await create(flow)
    const second = await create(flow)

    expect([first.body.status, second.body.status]).toEqual(['running', 'queued'])
    await send('POST', `/${first.body.id}/cancel`)
    await eventually(async () => expect((await get(second.body.id)).status).toBe('running'))
  })
})

describe('reading', () => {
  test('what another face has started, and the reverse', async () => {
    const run = await faces.execute(flows.asking, { customerId: 'a' })
    const { body, headers } = await send('GET', `/${run.body.appRunId}`)
    const made = await create(flows.asking, { customerId: 'b' }, '?wait=20')
    const details = await faces.send('GET', `/v1/flowrun/details/${made.body.id}`, { as })
    const execution = await faces.send('GET', `/api/v1/executions/${made.body.id}`, { as })

    expect(body).toMatchObject({ status: 'in_progress', input: { customerId: 'a' }, modified_by: 'system' })
    expect(headers).toMatchObject({ 'sluice-run-status': 'waiting', 'sluice-flow-version': '1' })
    expect(details.body).toMatchObject({ status: 'waiting', triggerType: 'executions' })
    expect(execution.body).toMatchObject({ status: 'running', input: { customerId: 'b' } })
  })

  test('the status never goes back: waited once, it stays in progress', async () => {
    const flow = await faces.flow({
      ...asking,
      nodes: {
        ask: { ...(asking.nodes as Record<string, JsonObject>).ask, next: { default: 'rest' } },
        rest: { type: 'delay', params: { seconds: 600 } },
      },
    })
    const { body } = await create(flow, {}, '?wait=20')
    await faces.send('POST', `/v1/flowrun/resume/${body.id}?wait=0`, { as, body: { decision: 'approve' } })
    const after = await get(body.id)

    expect(after).toMatchObject({ status: 'in_progress' })
    expect(after).not.toHaveProperty('waiting')
  })

  test('a failed one tells its error', async () => {
    const { body } = await create(flows.failing, {}, '?wait=20')

    expect(body).toMatchObject({
      status: 'failed',
      error: { code: 'CRM_DOWN', message: 'The CRM is down', step_id: 'no' },
      modified_by: 'system',
    })
  })

  test('a tag is not changed, and changes with the execution', async () => {
    const { body } = await create(flows.resting)
    const { headers } = await send('GET', `/${body.id}`)
    const known = { headers: { 'if-none-match': headers.etag! } }

    expect((await send('GET', `/${body.id}`, known)).status).toBe(304)
    await send('POST', `/${body.id}/execute`)
    expect((await send('GET', `/${body.id}`, known)).status).toBe(200)
  })

  test('sealed values are not shown', async () => {
    const flow = await faces.flow({ ...resting, inputs: [{ name: 'pin', type: 'password' }] })
    const { body } = await create(flow, { pin: 'cnry_pin' })

    expect(body.input).toEqual({ pin: '•••' })
    expect((await get(body.id)).input).toEqual({ pin: '•••' })
    expect(JSON.stringify(await allItems(faces.world))).not.toContain('cnry_pin')
  })

  test('a draft’s run has no version', async () => {
    const made = await faces.send('POST', '/v1/flow', { as, body: { definition: failing } })
    const path = `/v1/flow/execute/${made.body._id}`
    const { headers } = await faces.send('POST', path, { as, body: { version: 'draft' } })

    expect(await get(headers['sluice-run-id']!)).toMatchObject({ flow_version: null, status: 'failed' })
  })
})

describe('cancelling', () => {
  test('ends it, as failed; the same again', async () => {
    const { body } = await create(flows.resting)
    const first = await send('POST', `/${body.id}/cancel`)
    const second = await send('POST', `/${body.id}/cancel`)

    expect(first.body).toMatchObject({
      status: 'failed',
      error: { code: 'cancelled', message: 'Execution cancelled', step_id: null },
      modified_by: user(),
    })
    expect([second.status, second.body]).toEqual([200, first.body])
    expect(second.headers['sluice-run-status']).toBe('cancelled')
  })

  test('what has ended otherwise is 409', async () => {
    const { body } = await create(flows.failing, {}, '?wait=20')
    const refused = await send('POST', `/${body.id}/cancel`)

    expect([refused.status, refused.body.error.code]).toEqual([409, 'run_finished'])
  })
})

describe('deleting', () => {
  test('hides it here and in seed 003 at once, again and again; others show it', async () => {
    const { body } = await create(flows.asking, {}, '?wait=20')
    const seed003 = `/api/v1/executions/${body.id}`
    const deleted = await send('DELETE', `/${body.id}`)

    expect([deleted.status, deleted.text]).toEqual([204, ''])
    expect((await send('DELETE', `/${body.id}`)).status).toBe(204)
    for (const [method, path] of [
      ['GET', `${top}/${body.id}`],
      ['POST', `${top}/${body.id}/execute`],
      ['POST', `${top}/${body.id}/cancel`],
      ['GET', seed003],
      ['GET', `${seed003}/logs`],
      ['DELETE', seed003],
    ] as const)
      expect([path, (await faces.send(method, path, { as })).status]).toEqual([path, 404])
    for (const path of [
      `${top}?flow_id=${flows.asking}&page_size=100`,
      '/api/v1/executions?limit=100',
      `/api/v1/executions?limit=100&flow_id=${flows.asking}`,
    ])
      expect((await faces.send('GET', path, { as })).text).not.toContain(body.id)
    const details = await faces.send('GET', `/v1/flowrun/details/${body.id}`, { as })
    expect(details.body).toMatchObject({ status: 'waiting' })
    const admin = faces.acme.token.admin
    const trail = await faces.send('GET', '/v1/audit?action=run.deleted', { as: admin })
    expect(trail.body.data.filter(({ target }: JsonObject) => target === body.id)).toHaveLength(1)
  })

  test('a live run goes on, and can be answered', async () => {
    const { body } = await create(flows.asking, {}, '?wait=20')
    await send('DELETE', `/${body.id}`)
    const answer = { as, body: { decision: 'approve' } }

    expect((await faces.send('POST', `/v1/flowrun/resume/${body.id}`, answer)).body).toMatchObject({
      status: 'completed',
    })
  })

  test('an execution that was executed again goes with all its runs', async () => {
    const { body } = await create(flows.resting)
    const runs = [body.id]
    for (const _ of [1, 2]) runs.push((await send('POST', `/${body.id}/execute`)).headers['sluice-run-id']!)
    await send('DELETE', `/${body.id}`)

    const listed = await faces.send('GET', '/api/v1/executions?limit=100', { as })
    for (const id of runs) {
      expect((await faces.send('GET', `/api/v1/executions/${id}`, { as })).status).toBe(404)
      expect(listed.text).not.toContain(id)
    }
  })
})

describe('refusals', () => {
  const unknown = '00000000-0000-4000-8000-000000000000'
  const notFound = (request_id: string) => ({
    error: { code: 'not_found', message: 'Execution not found', details: [] },
    request_id,
  })

  test.each(['GET', 'DELETE'])('%s: unknown ids and texts that are none are one 404', async (method) => {
    for (const id of [unknown, 'exec-123', unknown.toUpperCase().replace('8', 'A'), '%20']) {
      const { status, body, headers } = await send(method, `/${id}`)
      expect([id, status, body]).toEqual([id, 404, notFound(headers['request-id']!)])
    }
  })

  test('as the page prints them: fields that are missing or do not fit are 422 with detail', async () => {
    const flow = await faces.flow({
      ...adding,
      inputs: [
        { name: 'file_key', type: 'text', required: true },
        { name: 'count', type: 'integer' },
        { name: 'mail', type: 'email' },
      ],
    })
    const { status, body, headers } = await create(flow, { count: 'x', mail: 'nobody' })
    const details = [
      { loc: ['body', 'input', 'file_key'], msg: 'file_key is required', type: 'missing' },
      { loc: ['body', 'input', 'count'], msg: expect.stringContaining('count'), type: 'type_error' },
      { loc: ['body', 'input', 'mail'], msg: expect.stringContaining('mail'), type: 'value_error' },
    ]

    expect([status, body]).toEqual([
      422,
      {
        detail: details,
        error: { code: 'validation_failed', message: '3 problems in the inputs', details },
        request_id: headers['request-id'],
      },
    ])
    expect(Object.keys(body)).toEqual(['detail', 'error', 'request_id'])
  })

  const bytes = (text: string) => new TextEncoder().encode(text)
  test.each<[number, string, string, Sent, [string, string][]]>([
    [422, 'validation_failed', 'no input', { body: { flow_id: unknown } }, [['body.input', 'missing']]],
    [
      ...([422, 'validation_failed', 'no flow, and an input that is no object'] as const),
      { body: { input: [] } },
      [
        ['body.flow_id', 'missing'],
        ['body.input', 'type_error'],
      ],
    ],
    [
      ...([422, 'validation_failed', 'an unknown member'] as const),
      { body: { flow_id: unknown, input: {}, tags: [] } },
      [['body.tags', 'value_error']],
    ],
    [
      ...([422, 'validation_failed', 'no UUID'] as const),
      { body: { flow_id: 'flow-123', input: {} } },
      [['body.flow_id', 'value_error']],
    ],
    [400, 'invalid_request', 'no JSON', { body: bytes('{') }, [['body', 'value_error']]],
    [400, 'invalid_request', 'no object', { body: [] }, [['body', 'type_error']]],
    [404, 'not_found', 'an unknown flow', { body: { flow_id: unknown, input: {} } }, []],
    [401, 'unauthorized', 'nobody', { as: undefined, body: { flow_id: unknown, input: {} } }, []],
    [415, 'unsupported_media_type', 'no JSON type', { body: 'a', headers: { 'content-type': 'a/b' } }, []],
  ])('%i %s: %s', async (status, code, _what, sent, places) => {
    const { body, ...answer } = await send('POST', '', sent)

    expect([answer.status, body.error.code]).toEqual([status, code])
    expect(
      body.error.details.map(({ loc, type }: { loc: string[]; type: string }) => [loc.join('.'), type]),
    ).toEqual(places)
    expect(body.detail).toEqual(status === 422 ? body.error.details : undefined)
  })

  // They were told a regular expression, and of records, which JSON does not have.
  test('what does not fit is told in words that say what would', async () => {
    const { body } = await send('POST', '', { body: { flow_id: 'X', input: [] } })

    expect(body.detail.map(({ msg }: { msg: string }) => msg)).toEqual([
      'flow_id: give an id, a UUID in lower case',
      'input: Invalid input: expected object, received array',
    ])
  })

  test('a flow without a published version is 409, another organisation’s is not there', async () => {
    const draft = await faces.send('POST', '/v1/flow', { as, body: { definition: adding } })
    const theirs = await faces.flow(adding, faces.other.token.user)
    const unpublished = await create(draft.body._id)
    const foreign = await create(theirs, { customerId: 'a' })
    const random = await create(unknown, { customerId: 'a' })

    expect([unpublished.status, unpublished.body.error.code]).toEqual([409, 'version_not_published'])
    expect([foreign.status, foreign.body.error]).toEqual([404, random.body.error])
  })
})

test('its number is by start among its flow’s executions, deleted ones counted', async () => {
  const flow = await faces.flow(resting)
  const ids: string[] = []
  for (const _ of [1, 2, 3]) ids.push((await create(flow)).body.id)
  await send('DELETE', `/${ids[0]}`)
  await send('POST', `/${ids[1]}/execute`)

  expect((await get(ids[1]!, '?include_run_number=true')).run_number).toBe(2)
  expect((await get(ids[2]!, '?include_run_number=true')).run_number).toBe(3)
  expect((await get(ids[2]!, '?include_run_number=false')).run_number).toBeNull()
  expect((await send('GET', `/${ids[2]}?include_run_number=yes`)).status).toBe(422)
})
