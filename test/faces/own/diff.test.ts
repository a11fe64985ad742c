import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const first = {
  metadata: { name: 'Orders' },
  triggers: [{ type: 'api' }, { type: 'form' }],
  inputs: [
    { name: 'orderId', type: 'text', label: 'Order', required: true },
    { name: 'note', type: 'text' },
  ],
  settings: { timeoutSeconds: 60 },
  nodes: {
    fetch: {
      type: 'http',
      name: 'Fetch',
      params: { url: 'https://a.example/{{ orderId }}', headers: { A: '1', B: '2' } },
      retry: { maxAttempts: 2 },
      next: { default: 'loop' },
    },
    loop: {
      type: 'each',
      params: {
        items: '{{fetch.body}}',
        body: { nodes: { one: { type: 'log', params: { message: '{{item}}' } } } },
      },
      next: 'end',
    },
    end: { type: 'final', params: { output: '{{loop}}' } },
  },
}

const get = (id: string, query = '') => faces.send('GET', `/v1/flow/${id}/diff${query}`, { as })
const draft = (id: string, definition: JsonObject | string) =>
  faces.send('PATCH', `/v1/flow/${id}`, { as, body: { definition } })

/** The changes from one definition, published, to another, as the draft. */
async function changes(to: JsonObject | string, from: JsonObject = first): Promise<JsonObject[]> {
  const id = await faces.flow(from)
  await draft(id, to)
  const { status, body } = await get(id)
  expect([status, body.from, body.to, body.truncated]).toEqual([200, 1, 'draft', false])
  return body.changes
}
const withNodes = (nodes: JsonObject): JsonObject => ({ ...first, nodes: { ...first.nodes, ...nodes } })

describe('nothing changed', () => {
  test('when the text is the same', async () => {
    expect(await changes(first)).toEqual([])
  })

  test('when keys, formatting, aliases, the order of lists by name and the spacing of expressions are others', async () => {
    const { nodes, inputs, triggers, ...rest } = first
    const { fetch, loop, end } = nodes
    const same = {
      nodes: {
        end,
        loop,
        fetch: {
          ...fetch,
          type: 'http.request',
          params: { headers: { B: '2', A: '1' }, url: 'https://a.example/{{orderId}}' },
        },
      },
      inputs: inputs.toReversed(),
      triggers: triggers.toReversed(),
      ...rest,
    }

    expect(await changes(JSON.stringify(same, null, 7))).toEqual([])
  })

  test('when another dialect says the same', async () => {
    const steps = {
      metadata: { name: 'Asks' },
      steps: [
        { id: 'ask', type: 'user-approval', data: { message: 'Go?', onTimeout: 'fail' }, nextStepId: 'done' },
        { id: 'done', type: 'Final', data: [{ Name: 'a', Output: '{{ask.decision}}' }] },
      ],
    }
    const yaml = `metadata: { name: Asks }   # in YAML
nodes:
  ask: { type: approval, params: { message: Go?, onTimeout: fail }, next: done }
  done: { type: final, params: { outputs: { a: "{{ ask.decision }}" } } }
`
    expect(await changes(yaml, steps)).toEqual([])
  })
})

describe('steps', () => {
  test('that came and went are told whole', async () => {
    const { loop, ...others } = first.nodes
    const found = await changes({
      ...first,
      nodes: {
        ...others,
        fetch: { ...others.fetch, next: { default: 'tell' } },
        tell: { type: 'log', params: { message: 'x' }, next: 'end' },
      },
    })

    expect(
      found.map(({ kind, stepId, stepType, member, path }) => [kind, stepId, stepType, member, path]),
    ).toEqual([
      ['changed', 'fetch', 'http.request', 'next', '/nodes/fetch/next/default'],
      ['added', 'tell', 'log', null, '/nodes/tell'],
      ['removed', 'loop', 'each', null, '/nodes/loop'],
      ['removed', 'one', 'log', null, '/nodes/loop/params/body/nodes/one'],
    ])
    expect(found[0]).toMatchObject({ before: 'loop', after: 'tell', behaviour: true })
    expect(found[1]).toMatchObject({ after: { type: 'log', params: { message: 'x' } } })
    expect(found[1]).not.toHaveProperty('before')
  })

  test('that changed are told by member, params by pointer', async () => {
    const found = await changes(
      withNodes({
        fetch: {
          type: 'webhook',
          name: 'Tell',
          params: { url: 'https://b.example', headers: { A: '1' } },
          timeoutSeconds: 5,
          output: 'told',
          next: { default: 'loop', error: 'end' },
        },
      }),
    )

    expect(found.map(({ kind, member, path, behaviour }) => [kind, member, path, behaviour])).toEqual([
      ['changed', 'type', '/nodes/fetch/type', true],
      ['changed', 'name', '/nodes/fetch/name', false],
      ['changed', 'params', '/nodes/fetch/params/url', true],
      ['removed', 'params', '/nodes/fetch/params/headers/B', true],
      ['changed', 'output', '/nodes/fetch/output', true],
      ['added', 'next', '/nodes/fetch/next/error', true],
      ['removed', 'retry', '/nodes/fetch/retry', true],
      ['added', 'timeoutSeconds', '/nodes/fetch/timeoutSeconds', true],
    ])
    expect(found.every(({ stepId, stepType }) => stepId === 'fetch' && stepType === 'webhook')).toBe(true)
  })

  test('inside a body, and moved out of it', async () => {
    const { loop } = first.nodes
    const other = { type: 'log', params: { message: 'other' } }
    const body = (nodes: JsonObject) => ({ ...loop, params: { ...loop.params, body: { nodes } } })
    const moved = await changes(
      withNodes({
        loop: { ...body({ other }), next: 'one' },
        one: { type: 'log', params: { message: '{{loop}}' }, next: 'end' },
      }),
    )

    expect(moved).toContainEqual(
      expect.objectContaining({
        ...{ stepId: 'one', member: 'place', path: '/nodes/one' },
        ...{ before: '/nodes/loop/params/body/nodes/one', after: '/nodes/one' },
      }),
    )
    expect(moved).toContainEqual(
      expect.objectContaining({ member: 'start', path: '/nodes/loop/params/body/start', after: 'other' }),
    )
  })
})

test('what the flow says about itself is told, labels without a change of behaviour', async () => {
  const found = await changes({
    ...first,
    metadata: { name: 'Orders', description: 'New' },
    triggers: [{ type: 'api' }, { type: 'schedule' }],
    inputs: [
      { name: 'orderId', type: 'number', label: 'Number', required: true },
      { name: 'more', type: 'text' },
    ],
    output: { type: 'object' },
    settings: { timeoutSeconds: 61 },
    start: 'fetch',
  })

  expect(
    found.map(({ kind, member, path, behaviour, stepId }) => [kind, member, path, behaviour, stepId]),
  ).toEqual([
    ['added', 'metadata', '/metadata/description', false, null],
    ['added', 'triggers', '/triggers/1', true, null],
    ['removed', 'triggers', '/triggers/1', true, null],
    ['changed', 'inputs', '/inputs/0/type', true, null],
    ['changed', 'inputs', '/inputs/0/label', false, null],
    ['added', 'inputs', '/inputs/1', true, null],
    ['removed', 'inputs', '/inputs/1', true, null],
    ['added', 'output', '/output', true, null],
    ['changed', 'settings', '/settings/timeoutSeconds', true, null],
  ])
})

describe('which two are compared', () => {
  test('versions by number, the latest, the draft, either way round', async () => {
    const id = await faces.flow(first)
    await draft(id, { ...first, settings: { timeoutSeconds: 61 } })
    await faces.send('POST', `/v1/flow/${id}/publish`, { as })
    const seen = async (query: string) => {
      const { body } = await get(id, query)
      return [body.from, body.to, body.changes.map(({ after }: { after: unknown }) => after)]
    }

    expect(await seen('')).toEqual([2, 'draft', []])
    expect(await seen('?from=1')).toEqual([1, 'draft', [61]])
    expect(await seen('?from=1&to=latest')).toEqual([1, 2, [61]])
    expect(await seen('?from=draft&to=1')).toEqual(['draft', 1, [60]])
  })

  test('one that is not there is 404, one that cannot be is 400', async () => {
    const id = await faces.flow(first)
    const fresh = await faces.send('POST', '/v1/flow', { as, body: { name: 'Fresh' } })

    for (const query of ['?from=9', '?to=9']) expect((await get(id, query)).status).toBe(404)
    expect((await get(fresh.body._id)).status).toBe(404)
    for (const query of ['?from=0', '?from=x', '?to=1.5', '?to=-1', '?other=1', '?from=1&from=1'])
      expect((await get(id, query)).body).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  test('a draft with errors is compared; one that is beyond reading is refused with its problems', async () => {
    const id = await faces.flow(first)
    await draft(id, withNodes({ end: { type: 'teleport' } }))
    expect((await get(id)).body.changes).toContainEqual(
      expect.objectContaining({ member: 'type', before: 'final', after: 'teleport' }),
    )

    const many = Array.from({ length: 501 }, (_, index) => [`s${index}`, { type: 'final' }])
    await draft(id, { nodes: Object.fromEntries(many) })
    const { status, body } = await get(id)
    expect([status, body.code]).toEqual([422, 'validation_failed'])
    expect(body.errors).toEqual([expect.objectContaining({ code: 'too_many_steps' })])
  })
})

test('open runs are told by the step that they stand on, and whether what they went through is the same', async () => {
  const ask = (id: string, next: string) => ({
    [id]: { type: 'approval', params: { message: id, onTimeout: 'fail' }, next },
  })
  const asking = (message: string) => ({
    metadata: { name: 'Two questions' },
    nodes: {
      ...ask('one', 'two'),
      ...ask('two', 'end'),
      end: { type: 'final', params: { output: message } },
    },
  })
  const id = await faces.flow(asking('a'))
  const runs = [await faces.execute(id), await faces.execute(id), await faces.execute(id)]
  const run = runs[0]!.body.appRunId
  await faces.send('POST', `/v1/flowrun/resume/${run}`, { as, body: { decision: 'approve' } })
  const nodes = asking('a').nodes
  const openRuns = async (change: JsonObject) => {
    await draft(id, { ...asking('a'), nodes: { ...nodes, ...change } })
    return (await get(id)).body.openRuns
  }
  const of = (stepId: string, count: number, safe: boolean) => ({ version: 1, stepId, count, safe })

  await expect.poll(() => openRuns({})).toEqual([of('one', 2, true), of('two', 1, true)])
  expect(await openRuns({ end: { type: 'final', params: { output: 'b' } } })).toEqual([
    of('one', 2, true),
    of('two', 1, true),
  ])
  const second = { type: 'approval', params: { message: 'Sure?', onTimeout: 'fail' }, next: 'end' }
  expect(await openRuns({ two: second })).toEqual([of('one', 2, true), of('two', 1, false)])
  const first = { type: 'approval', params: { message: 'Sure?', onTimeout: 'fail' }, next: 'two' }
  expect(await openRuns({ one: first })).toEqual([of('one', 2, false), of('two', 1, false)])
})
