import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { adding, asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
/** Paths that were called, and those that answer with 500. */
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
})
afterAll(() => faces.close())
beforeEach(() => {
  called = []
  broken.clear()
})

const as = () => faces.acme.token.user
const rerun = (id: string, body: unknown = {}, headers = {}) =>
  faces.send('POST', `/v1/flowrun/rerun/${id}`, { as: as(), body, headers })
const resume = (id: string, body: unknown) =>
  faces.send('POST', `/v1/flowrun/resume/${id}`, { as: as(), body })
const read = async (verb: string, id: string) =>
  (await faces.send('GET', `/v1/flowrun/${verb}/${id}`, { as: as() })).body
const sources = async (id: string) =>
  Object.fromEntries((await read('steps', id)).steps.map((step: JsonObject) => [step.stepId, step.source]))
const run = async (definition: JsonObject, inputs: JsonObject = {}) => {
  const flow = await faces.flow(definition)
  const { body, headers } = await faces.execute(flow, inputs)
  return { flow, body, id: headers['sluice-run-id']! }
}

const call = (path: string, next: JsonObject | string = '') => ({
  type: 'http.request',
  params: { url: `https://crm.example.com${path}` },
  ...(next === '' ? {} : { next }),
})
const scored: JsonObject = {
  metadata: { name: 'Scored' },
  inputs: [{ name: 'topic', type: 'text', default: 'renewal' }],
  nodes: {
    fetch: call('/customer', 'ask'),
    ask: { type: 'approval', params: { message: 'Go on?', onTimeout: 'fail' }, next: 'score' },
    score: call('/score', 'end'),
    end: {
      type: 'final',
      params: { outputs: { by: '{{ask.decidedBy}}', got: '{{fetch.body}}', topic: '{{topic}}' } },
    },
  },
}

/** A run of it that has failed at `score`. */
async function failed(definition = scored) {
  broken.add('/score')
  const { flow, id } = await run(definition)
  const { body } = await resume(id, { decision: 'approve' })
  expect(body).toMatchObject({ status: 'failed', error: { stepId: 'score' } })
  broken.clear()
  called = []
  return { flow, id }
}

describe('M9 an ended run is run again', () => {
  test('from the step that failed: what had succeeded is neither called nor asked again', async () => {
    const { id } = await failed()
    const { status, body, headers } = await rerun(id)

    expect([status, body]).toEqual([
      200,
      {
        status: 'completed',
        appRunId: headers['sluice-run-id'],
        output: { by: `user:${faces.acme.account.user.id}`, got: '/customer', topic: 'renewal' },
        rerunOf: id,
        version: 1,
        from: 'score',
        reusedSteps: ['fetch', 'ask'],
      },
    ])
    expect(called).toEqual(['/score'])
    expect(await sources(body.appRunId)).toEqual({
      ...{ fetch: 'reused', ask: 'reused', score: 'record', end: 'trace' },
    })
    const steps = (await read('steps', body.appRunId)).steps
    expect(steps[1]).toMatchObject({ kind: 'wait', status: 'completed', outcome: 'approve' })
    expect(await read('details', body.appRunId)).toMatchObject({ rerunOf: id, triggerType: 'api' })
    expect(await read('details', id)).toMatchObject({ status: 'failed', reruns: [body.appRunId] })
    const credits = await read('credit-details', body.appRunId)
    expect(credits.items.filter(({ stepId }: JsonObject) => stepId)).toMatchObject([{ stepId: 'score' }])
  })

  test('again from a run that was itself run again', async () => {
    const { id } = await failed()
    broken.add('/score')
    const second = (await rerun(id)).body
    broken.clear()
    called = []
    const third = (await rerun(second.appRunId)).body

    expect(second).toMatchObject({ status: 'failed', from: 'score' })
    expect(third).toMatchObject({
      status: 'completed',
      rerunOf: second.appRunId,
      reusedSteps: ['fetch', 'ask'],
    })
    expect(called).toEqual(['/score'])
  })

  test('from its start, with other inputs', async () => {
    const { id } = await failed()
    const { body } = await rerun(id, { from: 'start', inputs: { topic: 'churn' } })
    const done = await resume(body.appRunId, { decision: 'approve' })

    expect(body).toMatchObject({ status: 'waiting', from: 'start', reusedSteps: [] })
    expect(done.body.output).toMatchObject({ topic: 'churn' })
    expect(called).toEqual(['/customer', '/score'])
  })

  test('a completed run from its start, if nothing else is said', async () => {
    const { id } = await run(adding, { customerId: 'cus_123' })
    const { body } = await rerun(id)

    expect(body).toMatchObject({ status: 'completed', output: { score: 82 }, from: 'start' })
    expect((await rerun(id, { from: 'failed' })).body.error.details.issues).toMatchObject([
      { path: '/from', code: 'not_failed' },
    ])
  })

  test('a cancelled run from the question it stood at', async () => {
    const { id } = await run(scored)
    await faces.send('POST', `/v1/flowrun/cancel/${id}`, { as: as(), body: {} })
    const { body } = await rerun(id)

    expect(body).toMatchObject({ status: 'waiting', from: 'ask', reusedSteps: ['fetch'] })
    expect(called).toEqual(['/customer'])
  })

  test('from a step of the author’s choice', async () => {
    const { id } = await failed()
    const { body } = await rerun(id, { from: 'fetch' })

    expect(body).toMatchObject({ status: 'waiting', from: 'fetch', reusedSteps: [] })
  })

  test('a step that another version defines otherwise is done afresh', async () => {
    const { flow, id } = await failed()
    const nodes = { ...(scored.nodes as JsonObject), fetch: call('/client', 'ask') }
    await faces.send('PATCH', `/v1/flow/${flow}`, { as: as(), body: { definition: { ...scored, nodes } } })
    await faces.send('POST', `/v1/flow/${flow}/publish`, { as: as(), body: {} })
    const latest = (await rerun(id, { version: 'latest' })).body

    expect(latest).toMatchObject({ version: 2, output: { got: '/client' }, reusedSteps: ['ask'] })
    expect(called).toEqual(['/client', '/score'])
  })

  test('on its own version though that is unpublished; on no other one', async () => {
    const { flow, id } = await failed()
    await faces.send('POST', `/v1/flow/${flow}/versions/1/unpublish`, { as: as(), body: {} })

    expect((await rerun(id)).body).toMatchObject({ status: 'completed', version: 1 })
    expect((await rerun(id, { version: 'latest' })).body.error.code).toBe('version_not_published')
    expect((await rerun(id, { version: 7 })).body.error.code).toBe('version_not_published')
  })

  test('a run of the draft, while the draft is the same', async () => {
    broken.add('/score')
    const flow = (await faces.send('POST', '/v1/flow', { as: as(), body: { definition: scored } })).body._id
    const path = `/v1/flow/execute/${flow}`
    const id = (await faces.send('POST', path, { as: as(), body: { version: 'draft' } })).headers[
      'sluice-run-id'
    ]!
    await resume(id, { decision: 'approve' })
    broken.clear()

    expect((await rerun(id)).body).toMatchObject({ status: 'completed', version: null })
    const nodes = { ...(scored.nodes as JsonObject), score: call('/other', 'end') }
    await faces.send('PATCH', `/v1/flow/${flow}`, { as: as(), body: { definition: { ...scored, nodes } } })
    const changed = await rerun(id)
    expect([changed.status, changed.body.error.code]).toEqual([409, 'version_not_published'])
  })

  test('one Idempotency-Key, one run', async () => {
    const { id } = await failed()
    const headers = { 'idempotency-key': 'again-1' }
    const first = await rerun(id, {}, headers)
    const second = await rerun(id, {}, headers)

    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect((await read('details', id)).reruns).toHaveLength(1)
  })
})

test('loops, branches and child runs before the step stand as a whole', async () => {
  const child = await faces.flow({
    metadata: { name: 'Child' },
    nodes: { one: call('/child', 'end'), end: { type: 'final', params: { output: '{{one.body}}' } } },
  })
  const { id } = await failed({
    metadata: { name: 'Parts' },
    nodes: {
      items: {
        type: 'each',
        params: { items: '{{[1, 2, 3]}}', body: { nodes: { item: call('/item/{{item}}') } } },
        next: 'sub',
      },
      sub: { type: 'flow', params: { flowId: child }, next: 'ask' },
      ask: { type: 'approval', params: { message: 'Go on?', onTimeout: 'fail' }, next: 'score' },
      score: call('/score', 'end'),
      end: { type: 'final', params: { output: { items: '{{items.body}}', sub: '{{sub}}' } } },
    },
  })
  const { body } = await rerun(id)

  expect(body).toMatchObject({
    output: { items: ['/item/1', '/item/2', '/item/3'], sub: '/child' },
    reusedSteps: ['item', 'sub', 'ask'],
  })
  expect(called).toEqual(['/score'])
  expect((await rerun(id, { from: 'item' })).body).toMatchObject({ from: 'items', reusedSteps: [] })
})

test('each visit of a step takes the output of the same visit', async () => {
  broken.add('/score')
  const { id } = await run({
    metadata: { name: 'Twice' },
    start: 'tool',
    nodes: {
      tool: { type: 'client-tool', params: { toolName: 'tool' }, next: 'note' },
      note: call('/note/{{tool.n}}', 'more'),
      more: {
        type: 'condition',
        params: { cases: [{ when: '{{tool.n < 2}}', to: 'tool' }] },
        next: { default: 'score' },
      },
      score: call('/score', 'end'),
      end: { type: 'final', params: { output: '{{note.body}}' } },
    },
  })
  for (const n of [1, 2]) {
    const executionId = (await read('poll', id)).pendingAction.executionId
    await resume(id, { toolResult: { executionId, success: true, output: { n } } })
  }
  broken.clear()
  called = []
  const { body } = await rerun(id)

  expect(body).toMatchObject({ output: '/note/2', from: 'score', reusedSteps: ['tool', 'note'] })
  expect(called).toEqual(['/score'])
  const steps = (await read('steps', body.appRunId)).steps as JsonObject[]
  expect(
    steps.filter(({ stepId }) => stepId === 'note').map(({ output }) => (output as JsonObject).body),
  ).toEqual(['/note/1', '/note/2'])
})

describe('refusals', () => {
  test('an open run', async () => {
    const { id } = await run(asking)
    const { status, body } = await rerun(id)

    expect([status, body.error.code, body.error.details.reason]).toEqual([409, 'conflict', 'run_open'])
  })

  test.each([
    [{ from: 'nowhere' }, '/from', 'unknown_step'],
    [{ from: 'end' }, '/from', 'not_reached'],
    [{ from: 'score', inputs: { topic: 'x' } }, '/inputs/topic', 'not_sealed'],
    // A pointer (RFC 6901) that led into another member than the one that was sent.
    [{ from: 'score', inputs: { 'a/b~c': 'x' } }, '/inputs/a~1b~0c', 'not_sealed'],
  ])('%j', async (body, path, code) => {
    const { id } = await failed()
    const answer = await rerun(id, body)

    expect([answer.status, answer.body.error.details.issues]).toMatchObject([422, [{ path, code }]])
  })

  test('sealed inputs must come again, and are sealed again', async () => {
    const { id } = await failed({
      ...scored,
      inputs: [
        { name: 'topic', type: 'text', default: 'renewal' },
        { name: 'pin', type: 'password', default: 'cnry_old' },
      ],
    })
    const without = await rerun(id)
    const given = await rerun(id, { inputs: { pin: 'cnry_new' } })

    expect(without.body.error.details.issues).toMatchObject([{ path: '/inputs/pin', code: 'required' }])
    expect(given.body).toMatchObject({ status: 'completed', from: 'score', reusedSteps: ['fetch', 'ask'] })
    expect(JSON.stringify(await allItems(faces.world))).not.toContain('cnry_new')
  })
})
