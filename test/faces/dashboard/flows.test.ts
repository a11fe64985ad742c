import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const create = (body: unknown) => faces.send('POST', '/v1/flow', { as, body })

describe('making a flow', () => {
  test('answers 201 with the flow, its place and its tag', async () => {
    const { status, body, headers } = await create({
      name: '  Renewal risk ',
      tags: ['crm'],
      definition: adding,
    })

    expect(status).toBe(201)
    expect(body).toEqual({
      _id: expect.any(String),
      name: 'Renewal risk',
      description: null,
      tags: ['crm'],
      status: 'draft',
      latestVersion: null,
      versionCount: 0,
      hasUnpublishedChanges: true,
      revision: 1,
      triggers: ['api', 'schedule', 'form'],
      inputs: [
        { name: 'customerId', type: 'text', required: true },
        { name: 'topic', type: 'text', required: false },
      ],
      definition: adding,
      format: 'json',
      dialect: 'nodes',
      problems: [],
      createdAt: expect.stringMatching(moment),
      createdBy: `user:${faces.acme.account.user.id}`,
      updatedAt: expect.stringMatching(moment),
      updatedBy: `user:${faces.acme.account.user.id}`,
      autosavedAt: null,
    })
    expect(headers).toMatchObject({ location: `/v1/flow/${body._id}`, etag: '"r1"' })
  })

  test('takes the name from the definition, and YAML comes back as written', async () => {
    const text = '# Mine\nmetadata: { name: From the text }\nnodes:\n  end: { type: final }\n'
    const { body } = await create({ definition: text })

    expect(body).toMatchObject({ name: 'From the text', definition: text, format: 'yaml', dialect: 'nodes' })
  })

  test('stores a draft with errors and tells them', async () => {
    const broken = {
      metadata: { name: 'B' },
      nodes: { a: { type: 'delay', params: { seconds: 1 }, next: 'bad' } },
    }
    const { status, body } = await create({ definition: broken })

    expect(status).toBe(201)
    expect(body.problems).toEqual([
      expect.objectContaining({ severity: 'error', stepId: 'a', code: 'unknown_target' }),
    ])
  })

  test('K11 ignores members that it does not know, and never trusts them', async () => {
    const { status, body } = await create({
      definition: adding,
      _id: 'mine',
      orgId: faces.other.orgId,
      status: 'published',
      latestVersion: 7,
      revision: 99,
      createdBy: 'user:somebody',
    })

    expect(status).toBe(201)
    expect(body).toMatchObject({ status: 'draft', latestVersion: null, revision: 1 })
    expect(body.createdBy).toBe(`user:${faces.acme.account.user.id}`)
    expect((await faces.send('GET', `/v1/flow/${body._id}`, { as: faces.other.token.admin })).status).toBe(
      404,
    )
  })

  test.each([
    ['no name', { definition: { nodes: {} } }, '/name'],
    ['a long name', { name: 'x'.repeat(201) }, '/name'],
    ['an empty name', { name: '   ' }, '/name'],
    ['a control character', { name: 'a\u0007' }, '/name'],
    ['a long description', { name: 'a', description: 'x'.repeat(2001) }, '/description'],
    ['a tag twice', { name: 'a', tags: ['a', 'a'] }, '/tags'],
    ['21 tags', { name: 'a', tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, '/tags'],
    ['text that is no YAML', { name: 'a', definition: 'a: [' }, '/definition'],
    ['a definition of another type', { name: 'a', definition: 7 }, '/definition'],
  ])('refuses %s', async (_what, body, path) => {
    const answer = await create(body)

    expect([answer.status, answer.body.error.code]).toEqual([422, 'validation_failed'])
    expect(answer.body.error.details.issues[0].path).toBe(path)
  })

  test('unreadable text is told with line and column', async () => {
    const { body } = await create({ name: 'a', definition: 'metadata:\n  name: a\n  name: b\n' })

    expect(body.error.details.issues[0]).toMatchObject({ path: '/definition', line: 3 })
  })
})

describe('reading a flow', () => {
  let id: string
  beforeAll(async () => {
    id = (await create({ definition: adding })).body._id
  })

  test('304 to who has it already', async () => {
    const { headers } = await faces.send('GET', `/v1/flow/${id}`, { as })
    const again = await faces.send('GET', `/v1/flow/${id}`, {
      as,
      headers: { 'if-none-match': headers.etag! },
    })

    expect([again.status, again.text]).toEqual([304, ''])
  })

  test('?definition= leaves it out or shows the graph that it reads as', async () => {
    const none = await faces.send('GET', `/v1/flow/${id}?definition=none`, { as })
    const graph = await faces.send('GET', `/v1/flow/${id}?definition=graph`, { as })
    const wrong = await faces.send('GET', `/v1/flow/${id}?definition=all`, { as })

    expect(none.body).not.toHaveProperty('definition')
    expect(graph.body.definition).toMatchObject({ start: 'end', nodes: { end: { type: 'final' } } })
    expect(wrong.status).toBe(400)
  })

  test.each(['execute', 'share', 'X', '0D6C8A53-5A0F-4A57-9D0E-5A0F6F3C7F11'])(
    'a word is never an id: %s',
    async (word) => {
      expect((await faces.send('GET', `/v1/flow/${word}`, { as })).status).toBe(404)
      expect((await faces.send('PUT', `/v1/flow/${word}`, { as })).status).toBe(404)
    },
  )
})

describe('changing a flow', () => {
  const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    faces.send('PATCH', `/v1/flow/${id}`, { as, body, headers })

  test('changes what is named, keeps the rest, and moves the revision', async () => {
    const made = await create({ description: 'Old', definition: adding })
    const { status, body, headers } = await patch(made.body._id, {
      name: 'New',
      description: null,
      tags: ['a'],
    })

    expect([status, headers.etag]).toEqual([200, '"r2"'])
    expect(body).toMatchObject({
      name: 'New',
      description: null,
      tags: ['a'],
      revision: 2,
      definition: adding,
    })
  })

  test('{} and equal content change nothing', async () => {
    const { body } = await create({ definition: adding })

    expect((await patch(body._id, {})).body.revision).toBe(1)
    expect((await patch(body._id, { definition: adding })).body.revision).toBe(1)
  })

  test('If-Match that does not match is 412 with how it stands', async () => {
    const made = await create({ definition: adding })
    const { status, body } = await patch(made.body._id, { name: 'X' }, { 'if-match': '"r7"' })

    expect([status, body.error.code]).toEqual([412, 'etag_mismatch'])
    expect(body.error.details).toEqual({
      etag: '"r1"',
      revision: 1,
      updatedAt: made.body.updatedAt,
      updatedBy: made.body.updatedBy,
    })
  })

  test('revision that does not match is 409, reason revision', async () => {
    const { body } = await create({ definition: adding })
    const answer = await patch(body._id, { name: 'X', revision: 7 })

    expect([answer.status, answer.body.error.code, answer.body.error.details.reason]).toEqual([
      409,
      'conflict',
      'revision',
    ])
  })

  test('two guards that contradict each other are 400; the right ones and * go through', async () => {
    const { body } = await create({ definition: adding })

    expect((await patch(body._id, { name: 'X', revision: 1 }, { 'if-match': '"r2"' })).status).toBe(400)
    expect((await patch(body._id, { name: 'X', revision: 1 }, { 'if-match': '"r1"' })).status).toBe(200)
    expect((await patch(body._id, { name: 'Y' }, { 'if-match': '*' })).status).toBe(200)
    expect((await patch(body._id, { name: 'Z' }, { 'if-match': 'W/"r3"' })).status).toBe(412)
  })
})

describe('deleting a flow', () => {
  test('answers with a body, and a second time 404', async () => {
    const { body } = await create({ definition: adding })
    const remove = () => faces.send('DELETE', `/v1/flow/${body._id}`, { as })
    const first = await remove()

    expect([first.status, first.body]).toEqual([200, { _id: body._id, deleted: true, openRuns: 0 }])
    expect((await remove()).status).toBe(404)
    expect((await faces.send('GET', `/v1/flow/${body._id}`, { as })).status).toBe(404)
  })

  test('is guarded', async () => {
    const { body } = await create({ definition: adding })
    const headers = { 'if-match': '"r2"' }

    expect((await faces.send('DELETE', `/v1/flow/${body._id}`, { as, headers })).status).toBe(412)
  })
})
