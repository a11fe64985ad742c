import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let flowId: string
beforeAll(async () => {
  faces = await openFaces()
  flowId = await faces.flow(adding)
  const as = faces.acme.token.admin
  for (const [account, key] of [
    ['me', 'MINE'],
    [faces.acme.orgId, 'CRM_KEY'],
  ])
    await faces.send('POST', `/api/v1/accounts/${account}/secrets`, { as, body: { key, value: 'canary' } })
  await faces.flow(adding, faces.other.token.admin)
})
afterAll(() => faces.close())

type Item = { label: string; value: string | number; description: string | null }
const ask = (body: object, as = faces.acme.token.viewer) =>
  faces.send('POST', '/v1/flow/step-field-items', { as, body })
const items = async (body: object, as?: string): Promise<Item[]> => (await ask(body, as)).body.items
const values = async (body: object, as?: string) => (await items(body, as)).map(({ value }) => value)

const draft = {
  metadata: { name: 'Draft' },
  inputs: [{ name: 'customerId', type: 'text', label: 'Customer' }],
  nodes: {
    fetch: {
      type: 'http.request',
      name: 'Fetch the customer',
      params: { url: 'https://crm.example.com' },
      output: 'customer',
      next: { default: 'loop' },
    },
    loop: {
      type: 'each',
      params: {
        items: '{{customer.body}}',
        body: {
          nodes: {
            inner: { type: 'transform', params: { value: '{{item}}' }, next: { default: 'after' } },
            after: { type: 'log', params: { message: 'x' } },
          },
        },
      },
      next: { default: 'end' },
    },
    end: { type: 'final', params: {} },
  },
}

describe('flows and versions', () => {
  test('lists the organisation’s flows with their versions, and no other’s', async () => {
    const { body } = await ask({ stepType: 'flow', field: 'flowId' })

    expect(body).toEqual({
      items: [{ label: 'Renewal risk', value: flowId, description: 'version 1' }],
      hasMore: false,
    })
  })

  test('finds by part of the name, and says that there are more', async () => {
    const as = faces.acme.token.user
    for (const name of ['Zebra one', 'Zebra two'])
      await faces.send('POST', '/v1/flow', { as, body: { name } })
    const { body } = await ask({ stepType: 'flow', field: 'flowId', query: 'zeBRA', limit: 1 })

    expect(body).toMatchObject({ items: [{ description: 'not published' }], hasMore: true })
    expect(await values({ stepType: 'flow', field: 'flowId', query: 'no such' })).toEqual([])
  })

  test('lists the published versions of the flow that is chosen', async () => {
    const chosen = { stepType: 'flow', field: 'version', values: { flowId } }

    expect(await values(chosen)).toEqual(['latest', 1])
    expect(await values({ ...chosen, values: { flowId: '{{inputs.flow}}' } })).toEqual([])
    expect(await values({ ...chosen, values: {} })).toEqual([])
    expect((await ask(chosen, faces.other.token.admin)).body.items).toEqual([])
  })
})

describe('secrets and people', () => {
  test('shows secrets as they are written, never their values', async () => {
    const asked = { stepType: 'http.request', field: 'secrets' }
    const admin = await ask(asked, faces.acme.token.admin)

    expect(admin.body.items).toEqual([
      { label: 'CRM_KEY', value: '{{secrets.CRM_KEY}}', description: 'of the organisation' },
      { label: 'MINE', value: '{{secrets.MINE}}', description: 'your own' },
    ])
    expect(admin.text).not.toContain('canary')
    expect(await values(asked, faces.acme.token.user)).toEqual(['{{secrets.CRM_KEY}}'])
  })

  test('shows no names of secrets to who may not list them, nor for a step that cannot read them', async () => {
    const key = await faces.acme.key('admin', ['flows:read'])

    expect(await values({ stepType: 'http.request', field: 'secrets' })).toEqual([])
    expect(await values({ stepType: 'http.request', field: 'secrets' }, key)).toEqual([])
    expect(await values({ stepType: 'condition', field: 'secrets' }, faces.acme.token.admin)).toEqual([])
  })

  test('shows who may approve, with e-mail addresses for admins alone', async () => {
    const asked = { stepType: 'user-approval', field: 'approvers' }
    const { admin, user, viewer } = faces.acme.account
    const seen = await items(asked, faces.acme.token.user)

    expect(seen.map(({ value }) => value).toSorted()).toEqual([admin.id, user.id, viewer.id].toSorted())
    expect(seen.every(({ description }) => description === null)).toBe(true)
    expect(await items(asked, faces.acme.token.admin)).toContainEqual(
      expect.objectContaining({ value: user.id, description: 'user@acme.example' }),
    )
  })
})

describe('the draft', () => {
  test('next names the steps beside the step, in its own body', async () => {
    const asked = { stepType: 'transform', field: 'next', definition: draft }

    expect(await items({ ...asked, stepId: 'fetch' })).toEqual([
      { label: 'loop', value: 'loop', description: 'each' },
      { label: 'end', value: 'end', description: 'final' },
    ])
    expect(await values({ ...asked, stepId: 'inner' })).toEqual(['after'])
    expect(await values(asked)).toEqual(['fetch', 'loop', 'end'])
    expect(await values({ ...asked, stepType: 'final' })).toEqual([])
  })

  test('names are those that the checks let an expression read there', async () => {
    const asked = { stepType: 'transform', field: 'names', definition: draft }
    const inside = await items({ ...asked, stepId: 'inner' })
    const outside = await values({ ...asked, stepId: 'end' })

    expect(inside).toContainEqual({
      label: 'Fetch the customer',
      value: 'customer',
      description: 'output of a step',
    })
    expect(inside).toContainEqual({ label: 'Customer', value: 'customerId', description: 'input' })
    expect(inside).toContainEqual({ label: 'item', value: 'item', description: 'of the loop around' })
    expect(inside.map(({ value }) => value)).toEqual(expect.arrayContaining(['inner', 'last', 'trigger']))
    expect(outside).toContain('loop')
    expect(outside).not.toContain('item')
    expect(outside).not.toContain('secrets')
    expect(await values({ ...asked, stepType: 'webhook' })).toContain('secrets')
  })

  test('is the flow’s own where none is sent, and another organisation’s does not exist', async () => {
    const asked = { stepType: 'transform', field: 'names', flowId, query: 'customer' }

    expect(await values(asked)).toEqual(['customerId'])
    expect((await ask(asked, faces.other.token.admin)).status).toBe(404)
    expect(await values({ stepType: 'transform', field: 'next' })).toEqual([])
  })
})

describe('refusals', () => {
  test('a known field without choices has none', async () => {
    expect((await ask({ stepType: 'http.request', field: 'method' })).body).toEqual({
      items: [],
      hasMore: false,
    })
  })

  test.each([
    [{ stepType: 'teleport', field: 'next' }, '/stepType', 'unknown_type'],
    [{ stepType: 'approval', field: 'colour' }, '/field', 'unknown_field'],
    [
      { stepType: 'transform', field: 'next', definition: { nodes: {} }, stepId: 'x' },
      '/stepId',
      'unknown_step',
    ],
    [
      { stepType: 'transform', field: 'names', definition: '{{' },
      '/definition',
      expect.stringMatching(/syntax|yaml/),
    ],
    [{ stepType: 'transform', field: 'names', limit: 101 }, '/limit', 'too_big'],
  ])('%j is refused at its place', async (body, path, code) => {
    const { status, body: answer } = await ask(body)

    expect([status, answer.error.code]).toEqual([422, 'validation_failed'])
    expect(answer.error.details.issues[0]).toMatchObject({ path, code })
  })
})
