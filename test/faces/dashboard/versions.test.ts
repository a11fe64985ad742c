import { afterAll, beforeAll, expect, test } from 'vitest'
import { adding } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
let id: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
  id = await faces.flow(adding)
})
afterAll(() => faces.close())

const publish = (body: unknown = {}, headers: Record<string, string> = {}) =>
  faces.send('POST', `/v1/flow/${id}/publish`, { as, body, headers })
const get = (path: string, headers: Record<string, string> = {}) => faces.send('GET', path, { as, headers })

test('publishing answers 201 with the version, its place and the flow’s tag', async () => {
  const { status, body, headers } = await publish({ notes: 'New threshold' })

  expect(status).toBe(201)
  expect(body).toMatchObject({
    appId: id,
    version: 2,
    status: 'published',
    latest: true,
    notes: 'New threshold',
    sourceVersion: null,
    machineTypes: ['express', 'standard'],
    triggers: ['api', 'schedule', 'form'],
    outputSchema: null,
    problems: [],
    definition: adding,
    createdBy: `user:${faces.acme.account.user.id}`,
    unpublishedAt: null,
    revision: 3,
  })
  expect(headers).toMatchObject({ location: `/v1/flow/${id}/versions/2`, etag: '"r3"' })
})

test('publishing without becoming the latest', async () => {
  const { body } = await publish({ setLatest: false })

  expect(body).toMatchObject({ version: 3, latest: false })
  expect((await get(`/v1/flow/${id}`)).body).toMatchObject({ latestVersion: 2, versionCount: 3 })
})

test('a draft with errors is 422 with all of them', async () => {
  const broken = {
    nodes: { a: { type: 'nonsense' }, b: { type: 'delay', params: { seconds: 1 }, next: 'bad' } },
  }
  const made = await faces.send('POST', '/v1/flow', { as, body: { name: 'Broken', definition: broken } })
  const { status, body } = await faces.send('POST', `/v1/flow/${made.body._id}/publish`, { as })

  expect([status, body.error.code]).toEqual([422, 'validation_failed'])
  expect(body.error.details.issues.length).toBeGreaterThan(1)
  expect(body.error.details.issues.map(({ stepId }: { stepId?: string }) => stepId)).toContain('b')
})

test('publishing is guarded both ways', async () => {
  expect((await publish({}, { 'if-match': '"r1"' })).status).toBe(412)
  expect((await publish({ revision: 1 })).body.error.details.reason).toBe('revision')
})

test('the versions, newest first, without their texts', async () => {
  const { body } = await get(`/v1/flow/${id}/versions?limit=2`)
  const rest = await get(`/v1/flow/${id}/versions?limit=2&cursor=${body.nextCursor}`)

  expect(body.data.map(({ version }: { version: number }) => version)).toEqual([3, 2])
  expect(rest.body.data.map(({ version }: { version: number }) => version)).toEqual([1])
  expect(body).toMatchObject({ total: 3, hasMore: true, page: 1 })
  expect(body.data[0]).not.toHaveProperty('definition')
  expect((await get(`/v1/flow/${id}/versions?status=unpublished`)).body.data).toEqual([])
})

test('one version, by number or as the latest', async () => {
  const second = await get(`/v1/flow/${id}/versions/2`)
  const latest = await get(`/v1/flow/${id}/versions/latest`)
  const again = await get(`/v1/flow/${id}/versions/2`, { 'if-none-match': second.headers.etag! })

  expect(second.body).toMatchObject({ version: 2, latest: true, definition: adding, format: 'json' })
  expect(latest.body).toEqual(second.body)
  expect(again.status).toBe(304)
})

test.each(['0', '-1', '1.5', '01', 'x', '999', 'draft'])('version %s is 404', async (version) => {
  expect((await get(`/v1/flow/${id}/versions/${version}`)).status).toBe(404)
})

test('the latest of a flow that was never published is 404', async () => {
  const made = await faces.send('POST', '/v1/flow', { as, body: { definition: adding } })

  expect((await get(`/v1/flow/${made.body._id}/versions/latest`)).status).toBe(404)
})

test('a key makes a publish happen once', async () => {
  const headers = { 'idempotency-key': 'publish-1' }
  const first = await publish({}, headers)
  const again = await publish({}, headers)

  expect(again.body).toEqual(first.body)
  expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true', location: first.headers.location })
})
