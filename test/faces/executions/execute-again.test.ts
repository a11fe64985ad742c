import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keepHead } from '../../../shared/store/executions.ts'
import { getRun } from '../../../shared/store/runs.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { eventually } from '../../eventually.ts'
import { adding, asking, failing, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
let called: string[] = []
const broken = new Set<string>()
beforeAll(async () => {
  faces = await openFaces({
    outbound: async ({ url }) => {
      const { pathname } = new URL(url)
      called.push(pathname)
      return { status: broken.has(pathname) ? 500 : 200, headers: {}, body: pathname, durationMs: 1 }
    },
  })
  as = faces.acme.token.user
})
afterAll(() => faces.close())
beforeEach(() => {
  called = []
  broken.clear()
})

const top = '/api/flow-executions'
const create = async (flow_id: string, input: JsonObject = {}, wait = 20) =>
  (await faces.send('POST', `${top}?wait=${wait}`, { as, body: { flow_id, input } })).body
const again = (id: string, query = '', headers = {}) =>
  faces.send('POST', `${top}/${id}/execute${query}`, { as, headers })
const get = async (id: string) => (await faces.send('GET', `${top}/${id}`, { as })).body
const read = async (verb: string, id: string) =>
  (await faces.send('GET', `/v1/flowrun/${verb}/${id}`, { as })).body
/** Once the current run of an execution has ended. */
const ended = async (id: string) => {
  const { headers } = await faces.send('GET', `${top}/${id}`, { as })
  await faces.send('GET', `/v1/flowrun/poll/${headers['sluice-run-id']}?wait=20&rev=99`, { as })
  return await get(id)
}
const publish = async (flow: string, definition: JsonObject) => {
  await faces.send('PATCH', `/v1/flow/${flow}`, { as, body: { definition } })
  await faces.send('POST', `/v1/flow/${flow}/publish`, { as })
}

const call = (path: string, next: string) => ({
  type: 'http.request',
  params: { url: `https://crm.example.com${path}` },
  next,
})
const nodes = {
  fetch: call('/customer', 'score'),
  score: call('/score', 'tell'),
  tell: call('/tell', 'end'),
  end: { type: 'final', params: { output: '{{fetch.body & score.body & tell.body}}' } },
}
const scored: JsonObject = { metadata: { name: 'Scored' }, nodes }

describe('from the start', () => {
  test('a new run on the latest version with the same input, under the same id', async () => {
    const flow = await faces.flow(failing)
    const { error: _, ...before } = await create(flow, { a: 1 })
    await publish(flow, resting)
    const { status, body, headers } = await again(before.id)

    expect([status, body]).toEqual([
      200,
      {
        ...before,
        flow_version: 2,
        status: 'running',
        updated_at: body.updated_at,
        modified_by: faces.acme.account.user.id,
      },
    ])
    expect(body.updated_at > before.updated_at).toBe(true)
    expect(headers['sluice-run-id']).not.toBe(before.id)
    expect(await get(before.id)).toEqual(body)
  })

  test('other faces show each run by its own id; here only the execution has one', async () => {
    const { id } = await create(await faces.flow(failing))
    const run = (await again(id)).headers['sluice-run-id']!
    await ended(id)

    expect(await read('details', id)).toMatchObject({ status: 'failed', reruns: [run] })
    expect(await read('details', run)).toMatchObject({ status: 'failed', rerunOf: id })
    expect((await faces.send('GET', `/api/v1/executions/${run}`, { as })).body.status).toBe('failed')
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/execute'],
      ['POST', '/cancel'],
    ])
      expect((await faces.send(method!, `${top}/${run}${path}`, { as })).status).toBe(404)
  })

  test('a live one is cancelled: its wait closes, and the new one asks anew', async () => {
    const { id, waiting } = await create(await faces.flow(asking), { customerId: 'a' })
    const { body } = await again(id)
    const after = await faces.send('GET', `/v1/waits/${waiting[0].id}`, { as })

    expect(body).toMatchObject({ id, status: 'running', input: { customerId: 'a' } })
    expect(after.body.status).toBe('cancelled')
    expect(await read('details', id)).toMatchObject({ status: 'cancelled' })
    const run = (await faces.send('GET', `${top}/${id}`, { as })).headers['sluice-run-id']!
    await faces.asked(run, 1)
    const now = await get(id)
    expect(now).toMatchObject({ status: 'in_progress', waiting: [{ node_id: 'ask' }] })
    const answer = { as, body: { decision: 'approve' } }
    await faces.send('POST', `/v1/waits/${now.waiting[0].id}/answer`, answer)
    expect((await ended(id)).status).toBe('completed')
  })

  test('a flow that lets one run at a time runs the new one', async () => {
    const concurrency = { key: 'all', limit: 1, whenFull: 'queue' }
    const { id } = await create(await faces.flow({ ...resting, settings: { concurrency } }), {}, 0)
    const { status, headers } = await again(id)

    expect([status, headers['sluice-run-id'] !== id]).toEqual([200, true])
    await eventually(async () => expect((await get(id)).status).toBe('running'))
  })

  test('again and again', async () => {
    const { id } = await create(await faces.flow(failing))
    for (const _ of [1, 2, 3]) {
      await again(id)
      expect((await ended(id)).status).toBe('failed')
    }
  })
})

describe('what cannot be leaves a live one as it is', () => {
  test('nothing is published any more', async () => {
    const flow = await faces.flow(asking)
    const { id } = await create(flow)
    await faces.send('POST', `/v1/flow/${flow}/versions/1/unpublish`, { as })
    const refused = await again(id)

    expect([refused.status, refused.body.error.code]).toEqual([409, 'version_not_published'])
    expect((await get(id)).status).toBe('in_progress')
  })

  test('the flow is gone', async () => {
    const flow = await faces.flow(failing)
    const { id } = await create(flow)
    await faces.send('DELETE', `/api/v1/flows/${flow}`, { as })

    expect((await again(id)).body.error.code).toBe('version_not_published')
  })

  test('the input does not fit the latest version', async () => {
    const flow = await faces.flow(asking)
    const { id } = await create(flow, { other: 1 })
    await publish(flow, { ...asking, inputs: [{ name: 'customerId', type: 'text', required: true }] })
    const refused = await again(id)

    expect([refused.status, refused.body.detail]).toEqual([
      422,
      [{ loc: ['body', 'input', 'customerId'], msg: 'customerId is required', type: 'missing' }],
    ])
    expect((await get(id)).status).toBe('in_progress')
  })

  test('sealed input', async () => {
    const { id } = await create(
      await faces.flow({ ...asking, inputs: [{ name: 'pin', type: 'password' }] }),
      { pin: '1234' },
    )
    const refused = await again(id)

    expect([refused.status, refused.body.detail]).toMatchObject([422, [{ loc: ['body', 'input', 'pin'] }]])
    expect((await get(id)).status).toBe('in_progress')
  })
})

describe('only what is stale', () => {
  test('the failed step and what is behind it; the rest stands', async () => {
    broken.add('/score')
    const { id, status } = await create(await faces.flow(scored))
    broken.clear()
    called = []
    const run = (await again(id, '?only_stale=true')).headers['sluice-run-id']!

    expect(status).toBe('failed')
    expect((await ended(id)).status).toBe('completed')
    expect(called).toEqual(['/score', '/tell'])
    expect((await read('outputs', run)).outputs).toBe('/customer/score/tell')
  })

  test('a step that has changed, and all behind it, also if that had succeeded', async () => {
    broken.add('/tell')
    const flow = await faces.flow(scored)
    const { id } = await create(flow)
    await publish(flow, { ...scored, nodes: { ...nodes, score: call('/rating', 'tell') } })
    broken.clear()
    called = []
    await again(id, '?only_stale=true')

    expect(await ended(id)).toMatchObject({ status: 'completed', flow_version: 2 })
    expect(called).toEqual(['/rating', '/tell'])
  })

  test('a step that is new, and all behind it', async () => {
    broken.add('/tell')
    const flow = await faces.flow(scored)
    const { id } = await create(flow)
    await publish(flow, {
      ...scored,
      nodes: { ...nodes, fetch: call('/customer', 'more'), more: call('/more', 'score') },
    })
    broken.clear()
    called = []
    await again(id, '?only_stale=true')

    expect((await ended(id)).status).toBe('completed')
    expect(called).toEqual(['/more', '/score', '/tell'])
  })

  test('of a live one, what it stands on', async () => {
    const { id } = await create(
      await faces.flow({
        metadata: { name: 'Asks' },
        nodes: {
          fetch: call('/customer', 'ask'),
          ask: { type: 'approval', params: { message: 'Go on?', onTimeout: 'fail' } },
        },
      }),
    )
    const run = (await again(id, '?only_stale=true')).headers['sluice-run-id']!
    await faces.asked(run, 1)

    expect(called).toEqual(['/customer'])
    expect((await get(id)).status).toBe('in_progress')
  })

  test('a completed one that is not stale has nothing to do', async () => {
    const { id } = await create(await faces.flow(adding), { customerId: 'a' })
    const before = await get(id)
    const { status, body, headers } = await again(id, '?only_stale=true')

    expect([status, body, headers['sluice-run-id']]).toEqual([200, before, id])
  })
})

describe('stale', () => {
  const rerun = (id: string, body: JsonObject = {}) =>
    faces.send('POST', `/v1/flowrun/rerun/${id}`, { as, body })

  test('a run that seed 001 has run again is stale until it is executed again', async () => {
    const flow = await faces.flow(scored)
    const { id, updated_at } = await create(flow)
    const copy = (await rerun(id)).body.appRunId
    const stale = await get(id)

    expect(stale).toMatchObject({ status: 'stale', modified_by: faces.acme.account.user.id })
    expect(stale.updated_at > updated_at).toBe(true)
    const listed = await faces.send('GET', `${top}?flow_id=${flow}&status=stale`, { as })
    expect(listed.body.map((one: JsonObject) => one.id)).toEqual([id])
    expect(await get(copy)).toMatchObject({ id: copy, status: 'completed' })
    called = []
    await again(id, '?only_stale=true')
    expect((await ended(id)).status).toBe('completed')
    expect(called).toEqual([])
    expect((await get(copy)).status).toBe('completed')
  })

  test('a failed one too, without its error; a rerun of a later run counts for the execution', async () => {
    const { id } = await create(await faces.flow(failing))
    const run = (await again(id)).headers['sluice-run-id']!
    await ended(id)
    await rerun(run)
    const stale = await get(id)

    expect(stale.status).toBe('stale')
    expect(stale).not.toHaveProperty('error')
  })
})

describe('at once', () => {
  test('of two calls one wins, the other is 409', async () => {
    const { id } = await create(await faces.flow(resting), {}, 0)
    const answers = await Promise.all([again(id), again(id), again(id)])
    const statuses = answers.map(({ status }) => status).sort()
    const won = answers.filter(({ status }) => status === 200)

    // A call that comes late enough finds the first one's run and replaces it.
    expect(new Set(statuses)).toEqual(new Set([200, 409]))
    for (const { status, body } of answers) if (status === 409) expect(body.error.code).toBe('conflict')
    expect(won.map(({ headers }) => headers['sluice-run-id'])).toContain(
      (await faces.send('GET', `${top}/${id}`, { as })).headers['sluice-run-id'],
    )
  })

  test('an equal request with the same key is the same run, and cancels nothing', async () => {
    const { id } = await create(await faces.flow(resting), {}, 0)
    const headers = { 'idempotency-key': 'again-1' }
    const first = await again(id, '', headers)
    const second = await again(id, '', headers)

    expect(second.headers['idempotency-replayed']).toBe('true')
    expect([second.status, second.body]).toEqual([200, first.body])
    expect(second.headers['sluice-run-id']).toBe(first.headers['sluice-run-id'])
  })
})

test('its record lives as long as that of its current run', async () => {
  const { id } = await create(await faces.flow(failing))
  const { world, acme } = faces
  const first = (await getRun(world, acme.orgId, id))!
  const run = (await again(id)).headers['sluice-run-id']!
  await ended(id)
  const current = (await getRun(world, acme.orgId, run))!
  // The stream tells it a moment later.
  await eventually(async () => expect((await getRun(world, acme.orgId, id))?.ttl).toBe(current.ttl))

  expect(first.ttl).toBeDefined()
  await keepHead(world, id, { ...current, id: 'another', ttl: 1 })
  expect((await getRun(world, acme.orgId, id))?.ttl).toBe(current.ttl)
})
