import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sorted } from '../../../shared/definitions/portable.ts'
import { parseYaml } from '../../../shared/definitions/yaml.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'
import { documents } from './portable-documents.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const made = async (body: object) => (await faces.send('POST', '/v1/flow', { as, body })).body._id as string
const read = (id: string, query = '', who = as) =>
  faces.send('GET', `/v1/flow/${id}/export${query}`, { as: who })
const bring = (body: unknown, headers = {}, who = as) =>
  faces.send('POST', '/v1/flow/import', { as: who, body, headers })
const calling = (flowId: string, more: JsonObject = {}): JsonObject => ({
  metadata: { name: 'Calls' },
  nodes: { call: { type: 'flow', params: { flowId, ...more } } },
})
const timeless = ({ exportedAt: _, ...document }: JsonObject) => document

describe('export, import, export', () => {
  test.each(Object.entries(documents))('gives the same document: %s', async (_name, definition) => {
    const id = await made({
      name: 'Wörter & Zahlen',
      description: 'Two\nlines',
      tags: ['b', 'a'],
      definition,
    })
    const first = await read(id)
    const brought = await bring(first.body)
    const second = await read(brought.body.flow._id)

    expect([first.status, brought.status]).toEqual([200, 201])
    expect(timeless(second.body)).toEqual(timeless(first.body))
    expect(JSON.stringify(second.body)).toBe(
      JSON.stringify({ ...first.body, exportedAt: second.body.exportedAt }),
    )
    expect(second.headers['sluice-export-masked']).toBe(first.headers['sluice-export-masked'])
  })

  test.each(Object.entries(documents))('also by way of YAML: %s', async (_name, definition) => {
    const id = await made({ name: 'By YAML', definition })
    const json = await read(id)
    const { text, headers } = await read(id, '?format=yaml')
    const brought = await bring(text, { 'content-type': 'application/yaml' }, faces.other.token.user)
    const again = await read(brought.body.flow._id, '', faces.other.token.user)

    expect(headers['content-type']).toBe('application/yaml')
    expect(timeless(parseYaml(text) as JsonObject)).toEqual(timeless(json.body))
    expect(timeless(again.body)).toEqual(timeless(json.body))
  })
})

describe('an export', () => {
  test('has its keys sorted, says what it needs, and is offered as a file', async () => {
    const id = await made({ name: 'Rénewal / risk', definition: documents['nodes as YAML'] })
    const { body, text, headers } = await read(id)

    expect(text).toBe(JSON.stringify(sorted(body)))
    expect(body).toMatchObject({
      format: 'sluice-flow',
      formatVersion: 1,
      sourceVersion: null,
      flow: { name: 'Rénewal / risk', description: null, tags: [] },
      requires: { secrets: ['CRM_KEY'], flows: [], features: [], returnUrls: [] },
      flows: [],
    })
    expect(headers['content-disposition']).toBe('attachment; filename="renewal-risk.flow.json"')
    expect(headers['sluice-export-masked']).toBeUndefined()
  })

  test.each([
    ['"\r\nSet-Cookie: a=b'.replace(/[\r\n]/g, ' '), 'set-cookie-a-b'],
    ['../../etc/passwd', 'etc-passwd'],
    ['con', 'flow-con'],
    ['日本', 'flow'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ])('called %j is kept under a plain name', async (name, expected) => {
    const { headers } = await read(await made({ name }), '?format=yaml')

    expect(headers['content-disposition']).toBe(`attachment; filename="${expected}.flow.yaml"`)
  })

  test('holds no id, person or credential of the organisation', async () => {
    const child = await faces.flow(adding)
    const { id: account } = faces.acme.account.user
    const id = await made({
      definition: {
        ...calling(child, { inputs: { customerId: 'a' } }),
        triggers: [{ type: 'webhook', id: 'crm', verify: { kind: 'standard', secret: 'whsec_literal' } }],
        inputs: [{ name: 'pin', type: 'password', default: 'literal-pin' }],
        nodes: {
          call: { type: 'flow', params: { flowId: child }, next: 'ask' },
          ask: {
            type: 'approval',
            params: { message: 'Go?', approvers: [account, 'ann@acme.example', account], onTimeout: 'fail' },
            next: { approve: 'secret', reject: 'tell' },
          },
          secret: {
            type: 'http.request',
            params: {
              url: 'https://a.example/?api_key=literal-query',
              headers: { Authorization: 'Bearer literal-bearer', 'X-Key': '{{secrets.KEY}}' },
              auth: { apiKey: { header: 'X-Api-Key', value: 'literal-key' } },
            },
            next: 'tell',
          },
          tell: { type: 'webhook', params: { url: 'https://b.example', secret: 'literal-secret' } },
        },
        metadata: { name: 'Full' },
      },
    })
    const { body, text, headers } = await read(id, '?bundle=true')

    for (const own of [child, id, account, faces.acme.orgId, 'acme.example', 'literal'])
      expect(text).not.toContain(own)
    const { nodes } = body.flow.definition
    expect(nodes.call.params).toEqual({ flowId: { $flow: 'flow-1' } })
    expect(nodes.ask.params.approvers).toEqual([
      { $user: 'approver-1' },
      { $user: 'approver-2' },
      { $user: 'approver-1' },
    ])
    expect(nodes.ask.next).toEqual({ approve: 'secret', reject: 'tell' })
    expect(body.requires).toMatchObject({
      secrets: ['KEY'],
      flows: [{ ref: 'flow-1', name: 'Renewal risk', version: 'latest' }],
    })
    expect(headers['sluice-export-masked']?.split(', ')).toEqual([
      '/flow/definition/inputs/0/default',
      '/flow/definition/nodes/secret/params/auth/apiKey/value',
      '/flow/definition/nodes/secret/params/headers/Authorization',
      '/flow/definition/nodes/secret/params/url',
      '/flow/definition/nodes/tell/params/secret',
      '/flow/definition/triggers/0/verify/secret',
    ])
  })

  test('is of the draft, the latest version or one by number', async () => {
    const id = await faces.flow(adding)
    const draft = { ...adding, metadata: { name: 'Later' } }
    await faces.send('PATCH', `/v1/flow/${id}`, { as, body: { definition: draft } })
    const nameIn = async (query: string) => (await read(id, query)).body.flow.definition.metadata.name

    expect(await nameIn('')).toBe('Later')
    expect(await nameIn('?version=draft')).toBe('Later')
    expect(await nameIn('?version=latest')).toBe('Renewal risk')
    expect((await read(id, '?version=1')).body.sourceVersion).toBe(1)
    expect((await read(id, '?version=2')).status).toBe(404)
    expect((await read(id, '?version=0')).status).toBe(400)
    expect((await read(id, '?format=xml')).status).toBe(400)
    expect((await read(await made({ name: 'New' }), '?version=latest')).body.error.code).toBe(
      'version_not_published',
    )
  })
})

describe('a bundle', () => {
  test('brings the flows that are called, and those that they call', async () => {
    const leaf = await faces.flow(adding)
    const branch = await faces.flow({ ...calling(leaf), metadata: { name: 'Branch' } })
    const root = await made({ definition: calling(branch) })
    const { body } = await read(root, '?bundle=true')
    const brought = await bring(body, {}, faces.other.token.user)
    const theirs = async (id: string) =>
      (await faces.send('GET', `/v1/flow/${id}`, { as: faces.other.token.user })).body

    expect(body.flows.map(({ ref, flow }: { ref: string; flow: JsonObject }) => [ref, flow.name])).toEqual([
      ['flow-1', 'Branch'],
      ['flow-2', 'Renewal risk'],
    ])
    expect(brought.status).toBe(201)
    expect(brought.body.warnings).toEqual([])
    const [newBranch, newLeaf] = brought.body.flows
    expect(brought.body.flow.definition.nodes.call.params.flowId).toBe(newBranch._id)
    expect((await theirs(newBranch._id)).definition.nodes.call.params.flowId).toBe(newLeaf._id)
    expect(await theirs(newLeaf._id)).toMatchObject({ status: 'draft', latestVersion: null, revision: 1 })
    // A called flow must be published first; which one is told.
    expect(brought.body.problems).toEqual([
      expect.objectContaining({ code: 'unknown_flow', path: '/nodes/call/params/flowId' }),
      expect.objectContaining({
        code: 'unknown_flow',
        path: '/flows/0/flow/definition/nodes/call/params/flowId',
      }),
    ])
  })

  test('has a flow that calls itself once', async () => {
    const id = await made({ definition: adding })
    await faces.send('PATCH', `/v1/flow/${id}`, { as, body: { definition: calling(id) } })
    const { body } = await read(id, '?bundle=true')
    const brought = await bring(body)

    expect(body).toMatchObject({ ref: 'flow-1', flows: [], requires: { flows: [] } })
    expect(brought.body.flow.definition.nodes.call.params.flowId).toBe(brought.body.flow._id)
    expect(brought.body.problems).toEqual([])
  })

  test('tells the versions of one flow apart, and says which are not here', async () => {
    const child = await faces.flow(adding)
    const id = await made({
      definition: {
        metadata: { name: 'Both' },
        nodes: {
          a: { type: 'flow', params: { flowId: child, version: 1 }, next: 'b' },
          b: { type: 'flow', params: { flowId: child }, next: 'c' },
          c: { type: 'flow', params: { flowId: '00000000-0000-4000-8000-000000000000' } },
        },
      },
    })
    const { body } = await read(id, '?bundle=true')

    expect(body.requires.flows).toEqual([
      { ref: 'flow-1', name: 'Renewal risk', version: 1 },
      { ref: 'flow-2', name: 'Renewal risk', version: 'latest' },
      { ref: 'flow-3', name: null, version: 'latest' },
    ])
    expect(body.flows.map(({ ref }: { ref: string }) => ref)).toEqual(['flow-1', 'flow-2'])
    const { warnings } = (await bring(body)).body
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'missing_flow', path: '/requires/flows/2' }),
      expect.objectContaining({
        code: 'missing_flow',
        path: '/requires/flows/0',
        message: expect.stringContaining('version 1'),
      }),
    ])
  })

  test('of more flows than can be made at once is refused; the most there may be are all made', async () => {
    const leaves = await Promise.all(Array.from({ length: 50 }, (_, n) => made({ name: `Leaf ${n}` })))
    const fan = (ids: string[]) => ({
      metadata: { name: 'Fan' },
      nodes: {
        all: {
          type: 'parallel',
          params: {
            branches: Object.fromEntries(
              ids.map((id, n) => [
                `b${n}`,
                { nodes: { [`s${n}`]: { type: 'flow', params: { flowId: id } } } },
              ]),
            ),
          },
        },
      },
    })
    const tooMany = await read(await made({ definition: fan(leaves) }), '?bundle=true')
    const most = await read(await made({ definition: fan(leaves.slice(1)) }), '?bundle=true')
    const brought = await bring(most.body)

    expect([tooMany.status, tooMany.body.error.details.reason]).toEqual([409, 'limit_reached'])
    expect([brought.status, brought.body.flows.length]).toEqual([201, 49])
    expect((await bring({ ...most.body, flows: [...most.body.flows, ...most.body.flows] })).status).toBe(422)
  })
})
