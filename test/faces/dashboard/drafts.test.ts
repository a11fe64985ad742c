import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding, asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const get = async (path: string) => (await faces.send('GET', path, { as })).body
const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  faces.send('POST', path, { as, body, headers })

describe('autosave', () => {
  test('replaces the draft and leaves name, time of change and versions alone', async () => {
    const id = await faces.flow(adding)
    const before = await get(`/v1/flow/${id}`)
    const { status, body, headers } = await post(`/v1/flow/${id}/autosave`, { definition: asking })

    expect(status).toBe(200)
    expect(body).toEqual({
      _id: id,
      revision: before.revision + 1,
      autosavedAt: expect.stringMatching(/Z$/),
      problems: [],
    })
    expect(headers.etag).toBe(`"r${body.revision}"`)
    expect(await get(`/v1/flow/${id}`)).toMatchObject({
      definition: asking,
      name: before.name,
      updatedAt: before.updatedAt,
      latestVersion: 1,
      hasUnpublishedChanges: true,
      autosavedAt: body.autosavedAt,
    })
  })

  test('of the same text changes nothing', async () => {
    const id = await faces.flow(adding)
    const { body } = await post(`/v1/flow/${id}/autosave`, { definition: adding })

    expect(body).toMatchObject({ revision: (await get(`/v1/flow/${id}`)).revision, autosavedAt: null })
  })

  test('keeps a draft with errors and tells them', async () => {
    const id = await faces.flow(adding)
    const { status, body } = await post(`/v1/flow/${id}/autosave`, {
      definition: { nodes: { a: { type: 'nonsense' } } },
    })

    expect(status).toBe(200)
    expect(body.problems.map(({ stepId }: { stepId: string }) => stepId)).toContain('a')
  })

  test('is refused where the draft has moved on, and where the text cannot be read', async () => {
    const id = await faces.flow(adding)
    const { revision } = await get(`/v1/flow/${id}`)
    const late = await post(`/v1/flow/${id}/autosave`, { definition: asking, revision: revision - 1 })
    const tagged = await post(`/v1/flow/${id}/autosave`, { definition: asking }, { 'if-match': '"r1"' })
    const torn = await post(`/v1/flow/${id}/autosave`, { definition: 'nodes: {' })

    expect([late.status, late.body.error.details.reason]).toEqual([409, 'revision'])
    expect([tagged.status, tagged.body.error.code]).toEqual([412, 'etag_mismatch'])
    expect([torn.status, torn.body.error.code]).toEqual([422, 'validation_failed'])
    expect(await get(`/v1/flow/${id}`)).toMatchObject({ revision, definition: adding })
  })
})

describe('a clone', () => {
  test('is a flow of its own with the draft, the description and the tags', async () => {
    const definition = '# Mine\nmetadata: { name: Renewal }\nnodes:\n  end: { type: final }\n'
    const made = await post('/v1/flow', { definition, description: 'Yearly', tags: ['crm'] })
    await post(`/v1/flow/${made.body._id}/publish`)
    const { status, body, headers } = await post(`/v1/flow/${made.body._id}/clone`)

    expect(status).toBe(201)
    expect(body._id).not.toBe(made.body._id)
    expect(headers.location).toBe(`/v1/flow/${body._id}`)
    expect(body).toMatchObject({
      name: 'Renewal (copy)',
      description: 'Yearly',
      tags: ['crm'],
      definition,
      format: 'yaml',
      revision: 1,
      latestVersion: null,
      versionCount: 0,
    })
  })

  test('of a version has its text, under the name that is given', async () => {
    const id = await faces.flow(adding)
    await post(`/v1/flow/${id}/autosave`, { definition: asking })
    const first = await post(`/v1/flow/${id}/clone`, { version: 1, name: 'First' })
    const latest = await post(`/v1/flow/${id}/clone`, { version: 'latest' })

    expect(first.body).toMatchObject({ name: 'First', definition: adding })
    expect(latest.body.definition).toEqual(adding)
  })

  test('has a name of at most 200 characters', async () => {
    const made = await post('/v1/flow', { name: 'x'.repeat(200), definition: adding })
    const { body } = await post(`/v1/flow/${made.body._id}/clone`)

    expect(body.name).toBe(`${'x'.repeat(193)} (copy)`)
  })

  test.each([
    ['an unknown version', { version: 9 }, 404, 'not_found'],
    ['no version', { version: 0 }, 422, 'validation_failed'],
    ['the latest where there is none', { version: 'latest' }, 409, 'version_not_published'],
  ] as const)('of %s is refused', async (_, body, status, code) => {
    const made = await post('/v1/flow', { name: 'Unpublished', definition: adding })
    const answer = await post(`/v1/flow/${made.body._id}/clone`, body)

    expect([answer.status, answer.body.error.code]).toEqual([status, code])
  })
})
