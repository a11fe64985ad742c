import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allItems } from '../../all-items.ts'
import { languageExample } from '../../definitions/seeds.ts'
import { failCalls, serviceError } from '../../failing-calls.ts'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const bring = (body: unknown, headers = {}) => faces.send('POST', '/v1/flow/import', { as, body, headers })
const travelling = (more: object = {}) => ({
  format: 'sluice-flow',
  formatVersion: 1,
  exportedAt: '2026-03-01T06:00:00.000Z',
  sourceVersion: 3,
  flow: { name: 'Brought', description: 'From elsewhere', tags: ['crm'], definition: adding },
  requires: { secrets: [], flows: [], features: [], returnUrls: [] },
  flows: [],
  ...more,
})
const flowCalling = (ref: string, more: object = {}) => ({
  name: 'Caller',
  definition: {
    metadata: { name: 'Caller' },
    nodes: { call: { type: 'flow', params: { flowId: { $flow: ref }, ...more } } },
  },
})

/** What is stored, but for how many requests were made. */
const stored = async () => (await allItems(faces.world)).filter(({ pk }) => !String(pk).startsWith('RATE#'))

describe('what is imported', () => {
  test('an export becomes a new flow: unpublished, with the details it came with, and in the trail', async () => {
    const { status, body, headers } = await bring(travelling())
    const again = await bring(travelling())

    expect(status).toBe(201)
    expect(headers).toMatchObject({ location: `/v1/flow/${body.flow._id}`, etag: '"r1"' })
    expect(body).toMatchObject({
      flow: {
        ...{ name: 'Brought', description: 'From elsewhere', tags: ['crm'], status: 'draft' },
        ...{ latestVersion: null, versionCount: 0, revision: 1, definition: adding },
      },
      ...{ flows: [], warnings: [], problems: [] },
    })
    expect(again.body.flow._id).not.toBe(body.flow._id)
    const trail = await faces.send('GET', `/v1/audit?target=${body.flow._id}`, { as: faces.acme.token.admin })
    expect(trail.body.data).toEqual([expect.objectContaining({ action: 'flow.created' })])
  })

  test('a bare definition as JSON is taken as it is', async () => {
    const { status, body } = await bring(adding)

    expect(status).toBe(201)
    expect(body.flow).toMatchObject({ name: 'Renewal risk', definition: adding, format: 'json' })
  })

  test.each(['application/yaml', 'text/yaml'])('a bare definition as %s keeps its comments', async (type) => {
    const { status, body } = await bring(languageExample, { 'content-type': type })

    expect(status).toBe(201)
    expect(body.flow).toMatchObject({ name: 'Renewal risk', definition: languageExample, format: 'yaml' })
  })

  test('either stands in {document}, as object or text, under another name', async () => {
    const one = await bring({ document: travelling(), name: 'Mine' })
    const two = await bring({ document: JSON.stringify(travelling()), name: 'Mine' })
    const three = await bring({ document: languageExample, name: 'Mine' })

    for (const { status, body } of [one, two, three]) expect([status, body.flow.name]).toEqual([201, 'Mine'])
    expect(three.body.flow.definition).toBe(languageExample)
  })

  test('a definition with errors is stored and told of', async () => {
    const { status, body } = await bring({ metadata: { name: 'Bad' }, nodes: { a: { type: 'teleport' } } })

    expect([status, body.problems[0]?.code]).toEqual([201, 'unknown_type'])
    expect(body.flow.problems).toEqual(body.problems)
  })

  test('nothing is stored by a dry run, whose answer is the same without ids', async () => {
    const before = await stored()
    const { status, body, headers } = await bring({ document: travelling(), dryRun: true })

    expect(status).toBe(200)
    expect(body).toMatchObject({ flow: { name: 'Brought', definition: adding }, problems: [] })
    expect([body.flow._id, headers.location, headers.etag]).toEqual([undefined, undefined, undefined])
    expect(await stored()).toEqual(before)
  })
})

describe('placeholders', () => {
  test('mean what the caller says before what came along, else they stay and are an error', async () => {
    const mine = await faces.flow(adding)
    const along = [{ ref: 'flow-1', sourceVersion: null, flow: { name: 'Along', definition: adding } }]
    const document = travelling({ flow: flowCalling('flow-1'), flows: along })
    const flowId = async (sent: object) => (await bring(sent)).body

    const said = await flowId({ document, flows: { 'flow-1': mine } })
    expect(said.flow.definition.nodes.call.params.flowId).toBe(mine)
    const brought = await flowId(document)
    expect(brought.flow.definition.nodes.call.params.flowId).toBe(brought.flows[0]._id)
    const open = await flowId(travelling({ flow: flowCalling('flow-9') }))
    expect(open.flow.definition.nodes.call.params.flowId).toEqual({ $flow: 'flow-9' })
    expect(open.warnings).toEqual([
      expect.objectContaining({
        code: 'missing_flow',
        path: '/flow/definition/nodes/call/params/flowId',
      }),
    ])
    expect(open.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', path: '/nodes/call/params/flowId' }),
    )
  })

  test('that stand for flows of others are refused like unknown ones', async () => {
    const theirs = await faces.flow(adding, faces.other.token.admin)
    const document = travelling({ flow: flowCalling('flow-1') })
    const issuesFor = async (flows: object) =>
      (await bring({ document, flows })).body.error.details.issues.map(
        ({ path, code }: { path: string; code: string }) => [path, code],
      )

    expect(await issuesFor({ 'flow-1': theirs })).toEqual([['/flows/flow-1', 'unknown_flow']])
    expect(await issuesFor({ 'flow-1': '00000000-0000-4000-8000-000000000000' })).toEqual([
      ['/flows/flow-1', 'unknown_flow'],
    ])
    expect(await issuesFor({ 'flow-7': theirs })).toEqual([['/flows/flow-7', 'unknown_name']])
  })
})

test('all that is missing here is told, each at its place', async () => {
  const admin = faces.acme.token.admin
  await faces.send('POST', `/api/v1/accounts/${faces.acme.orgId}/secrets`, {
    as: admin,
    body: { key: 'THERE', value: 'canary' },
  })
  const definition = {
    metadata: { name: 'Wanting' },
    nodes: {
      ask: {
        type: 'approval',
        params: { message: 'Go?', approvers: [{ $user: 'approver-1' }], onTimeout: 'fail' },
        next: 'call',
      },
      call: {
        type: 'http.request',
        params: {
          url: 'https://a.example',
          headers: { Authorization: '•••', A: '{{secrets.THERE}}', B: '{{secrets.GONE}}' },
        },
      },
    },
  }
  const requires = {
    ...{ secrets: ['THERE', 'LISTED'], flows: [] },
    ...{ features: ['enhance'], returnUrls: ['https://app.example/back'] },
  }
  const { body } = await bring(travelling({ flow: { name: 'Wanting', definition }, requires }))

  expect(body.warnings.map(({ code, path }: { code: string; path: string }) => [code, path])).toEqual([
    ['missing_secret', '/requires/secrets/1'],
    ['missing_secret', '/flow/definition/nodes/call/params/headers/B'],
    ['missing_user', '/flow/definition/nodes/ask/params/approvers/0'],
    ['masked_value', '/flow/definition/nodes/call/params/headers/Authorization'],
    ['feature_off', '/requires/features/0'],
    ['unregistered_return_url', '/requires/returnUrls/0'],
  ])
  expect(body.problems[0]).toMatchObject({ path: '/nodes/ask/params/approvers/0' })
})

describe('refusals, each at its place', () => {
  test.each([
    ['no known form', { hello: 'world' }, '', 'unknown_form'],
    ['nothing', {}, '', 'unknown_form'],
    ['another format', { format: 'zip', nodes: {} }, '', 'unknown_form'],
    ['a later format', travelling({ formatVersion: 2 }), '/formatVersion', 'unknown_version'],
    ['no flow', travelling({ flow: undefined }), '/flow', 'invalid_type'],
    [
      'a name that cannot be',
      travelling({ flow: { name: 'a\u0007', definition: adding } }),
      '/flow/name',
      'bad_characters',
    ],
    [
      'tags that cannot be',
      travelling({ flow: { name: 'a', tags: ['x', 'x'], definition: adding } }),
      '/flow/tags/1',
      'duplicate',
    ],
    ['a document without a name', { document: { nodes: {} } }, '/name', 'required'],
    ['a definition without a name', { nodes: {} }, '/metadata/name', 'required'],
    ['a list in the text', { document: '[1]' }, '/document', 'invalid_type'],
    ['an unreadable text', { document: 'a: [' }, '/document', 'yaml_syntax'],
    [
      'an unreadable definition',
      travelling({ flow: { name: 'a', definition: 'a: &x 1' } }),
      '/flow/definition',
      'yaml_anchor',
    ],
    ['an unknown member', { document: adding, dryrun: true }, '/dryrun', 'unknown_member'],
    [
      'one name for two flows',
      travelling({
        flows: [1, 2].map(() => ({ ref: 'flow-1', flow: { name: 'a', definition: adding } })),
      }),
      '/flows/1/ref',
      'duplicate',
    ],
  ])('%s', async (_name, sent, path, code) => {
    const { status, body } = await bring(sent)

    expect([status, body.error.code]).toEqual([422, 'validation_failed'])
    expect(body.error.details.issues[0]).toMatchObject({ path, code })
  })

  test('an unreadable YAML body has line and column', async () => {
    const { status, body } = await bring('a: 1\nb: [', { 'content-type': 'application/yaml' })

    expect(status).toBe(422)
    expect(body.error.details.issues[0]).toMatchObject({ path: '', code: 'yaml_syntax', line: 2 })
  })

  test('a body that is no object is 400, one of another type 415', async () => {
    expect((await bring([])).status).toBe(400)
    expect((await bring('a: 1', { 'content-type': 'text/plain' })).status).toBe(415)
  })
})

describe('a bundle appears whole or not at all', () => {
  const bundle = travelling({
    flow: flowCalling('flow-1'),
    flows: [{ ref: 'flow-1', flow: { name: 'Along', definition: adding } }],
  })

  test.each([1, 2, 3])('write %i of 3 is refused: nothing is left', async (nth) => {
    const before = await stored()
    const failing = failCalls(faces.world, {
      command: 'TransactWriteItemsCommand',
      nth,
      error: () => serviceError('ValidationException'),
    })
    const { status } = await bring(bundle).finally(failing.stop)

    expect(status).toBe(500)
    expect(await stored()).toEqual(before)
  })

  test('write 3 of 3 is throttled: no flow is there, and the caller may come again', async () => {
    const list = async () => (await faces.send('GET', '/v1/flow?limit=1', { as })).body.total
    const before = await list()
    const failing = failCalls(faces.world, {
      command: 'TransactWriteItemsCommand',
      nth: 3,
      error: () => serviceError('ThrottlingException'),
    })
    const { status, headers } = await bring(bundle).finally(failing.stop)

    expect([status, headers['retry-after']]).toEqual([503, '1'])
    expect(await list()).toBe(before)
    expect((await bring(bundle)).status).toBe(201)
  })
})
