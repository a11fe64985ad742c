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

/** A flow with versions 1 to 3, the last one the latest; each text differs. */
async function threeVersions(): Promise<string> {
  const id = await faces.flow(adding)
  for (const name of ['Second', 'Third']) {
    await faces.send('PATCH', `/v1/flow/${id}`, {
      as,
      body: { definition: { ...adding, metadata: { name } } },
    })
    await faces.send('POST', `/v1/flow/${id}/publish`, { as })
  }
  return id
}

const get = (path: string) => faces.send('GET', path, { as })
const change = (id: string, version: number | string, word: string, more: object = {}) =>
  faces.send('POST', `/v1/flow/${id}/versions/${version}/${word}`, { as, ...more })
const remove = (id: string, version: number | string) =>
  faces.send('DELETE', `/v1/flow/${id}/versions/${version}`, { as })
const start = (id: string, query = '') =>
  faces.send('POST', `/v1/client/flow/${id}/execute${query}`, { as, body: { customerId: 'a' } })
const numbers = async (id: string) =>
  (await get(`/v1/flow/${id}/versions`)).body.data.map(({ version }: { version: number }) => version)

describe('unpublishing', () => {
  test('takes the version from new starts and makes the highest published one the latest', async () => {
    const id = await threeVersions()
    const { status, body, headers } = await change(id, 3, 'unpublish')

    expect([status, headers.etag]).toEqual([200, `"r${body.revision}"`])
    expect(body).toMatchObject({ version: 3, status: 'unpublished', latest: false, latestVersion: 2 })
    expect(body.unpublishedAt).toMatch(/Z$/)
    expect((await start(id, '?version=3')).body.error.code).toBe('version_not_published')
    const latest = await start(id)
    expect([latest.status, latest.headers['sluice-flow-version']]).toEqual([200, '2'])
  })

  test('the last published one leaves the flow without a latest version', async () => {
    const id = await faces.flow(adding)
    const { body } = await change(id, 1, 'unpublish')

    expect(body.latestVersion).toBeNull()
    expect((await get(`/v1/flow/${id}`)).body).toMatchObject({ status: 'draft', latestVersion: null })
    expect((await start(id)).body.error.code).toBe('version_not_published')
    expect((await get(`/v1/flow/${id}/versions/latest`)).status).toBe(404)
  })

  test('again changes nothing', async () => {
    const id = await threeVersions()
    const first = await change(id, 1, 'unpublish')
    const again = await change(id, 1, 'unpublish')

    expect([again.status, again.body]).toEqual([200, first.body])
  })

  test('leaves the runs that began with the version to finish on it', async () => {
    const id = await faces.flow(asking)
    const waiting = await faces.execute(id)
    await change(id, 1, 'unpublish')
    expect((await remove(id, 1)).status).toBe(200)

    const resumed = await faces.send('POST', `/v1/flowrun/resume/${waiting.body.appRunId}`, {
      as,
      body: { decision: 'approve' },
    })

    expect([resumed.status, resumed.body.status]).toEqual([200, 'completed'])
    expect(resumed.headers['sluice-flow-version']).toBe('1')
  })
})

describe('publishing a version again', () => {
  test('lets it be started, and leaves the latest where it is', async () => {
    const id = await threeVersions()
    await change(id, 1, 'unpublish')
    const { body } = await change(id, 1, 'publish')

    expect(body).toMatchObject({ status: 'published', unpublishedAt: null, latest: false, latestVersion: 3 })
    expect((await start(id, '?version=1')).status).toBe(200)
  })

  test('makes it the latest where there is none', async () => {
    const id = await faces.flow(adding)
    await change(id, 1, 'unpublish')
    const { body } = await change(id, 1, 'publish')

    expect(body).toMatchObject({ latest: true, latestVersion: 1 })
    expect((await start(id)).status).toBe(200)
  })

  test('that is published changes nothing', async () => {
    const id = await faces.flow(adding)
    const { revision } = (await get(`/v1/flow/${id}`)).body

    expect((await change(id, 1, 'publish')).body.revision).toBe(revision)
  })
})

describe('the latest version', () => {
  test('is set to any published one', async () => {
    const id = await threeVersions()
    const { body } = await change(id, 1, 'set-latest')

    expect(body).toMatchObject({ version: 1, latest: true, latestVersion: 1 })
    expect((await start(id)).headers['sluice-flow-version']).toBe('1')
    expect((await change(id, 1, 'set-latest')).body.revision).toBe(body.revision)
  })

  test('is never an unpublished one', async () => {
    const id = await threeVersions()
    await change(id, 1, 'unpublish')
    const { status, body } = await change(id, 1, 'set-latest')

    expect([status, body.error.code]).toEqual([409, 'version_not_published'])
  })
})

describe('a rollback', () => {
  test('publishes the earlier text as the next version and makes it the draft', async () => {
    const id = await threeVersions()
    const first = (await get(`/v1/flow/${id}/versions/1`)).body
    const { status, body, headers } = await change(id, 1, 'rollback', { body: { notes: 'Back' } })

    expect([status, headers.location]).toEqual([201, `/v1/flow/${id}/versions/4`])
    expect(body).toMatchObject({
      version: 4,
      sourceVersion: 1,
      notes: 'Back',
      latest: true,
      latestVersion: 4,
    })
    expect(body.definition).toEqual(first.definition)
    expect((await get(`/v1/flow/${id}`)).body).toMatchObject({
      definition: first.definition,
      hasUnpublishedChanges: false,
      versionCount: 4,
    })
  })

  test('may leave the draft alone, and takes an unpublished version too', async () => {
    const id = await threeVersions()
    await change(id, 1, 'unpublish')
    const draft = (await get(`/v1/flow/${id}`)).body.definition
    const { status } = await change(id, 1, 'rollback', { body: { keepDraft: true } })

    expect(status).toBe(201)
    expect((await get(`/v1/flow/${id}`)).body).toMatchObject({
      definition: draft,
      hasUnpublishedChanges: true,
    })
  })
})

describe('deleting a version', () => {
  test('that is published is refused', async () => {
    const id = await threeVersions()
    const { status, body } = await remove(id, 1)

    expect([status, body.error.code, body.error.details.reason]).toEqual([409, 'conflict', 'published'])
  })

  test('takes it out of every read, and its number is not used again', async () => {
    const id = await threeVersions()
    await change(id, 3, 'unpublish')
    const { status, body } = await remove(id, 3)

    expect([status, body]).toEqual([200, { appId: id, version: 3, deleted: true }])
    expect(await numbers(id)).toEqual([2, 1])
    expect((await get(`/v1/flow/${id}`)).body.versionCount).toBe(2)
    for (const answer of [
      await get(`/v1/flow/${id}/versions/3`),
      await remove(id, 3),
      await start(id, '?version=3'),
    ])
      expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found'])
    await faces.send('POST', `/v1/flow/${id}/publish`, { as })
    expect(await numbers(id)).toEqual([4, 2, 1])
  })
})

describe('what is no version', () => {
  test.each(['publish', 'unpublish', 'set-latest', 'rollback'])('cannot be changed: %s', async (word) => {
    const id = await faces.flow(adding)

    for (const version of ['9', '0', '1.5', 'x', 'latest'])
      expect([version, (await change(id, version, word)).status]).toEqual([version, 404])
  })

  test('cannot be deleted', async () => {
    const id = await faces.flow(adding)

    for (const version of ['9', '0', 'x', 'latest'])
      expect([version, (await remove(id, version)).status]).toEqual([version, 404])
  })
})

test('every change is guarded, and a late one changes nothing', async () => {
  const id = await threeVersions()
  const headers = { 'if-match': '"r1"' }
  const before = (await get(`/v1/flow/${id}`)).body.revision

  for (const word of ['publish', 'unpublish', 'set-latest', 'rollback'])
    expect([word, (await change(id, 1, word, { headers })).status]).toEqual([word, 412])
  expect((await get(`/v1/flow/${id}`)).body.revision).toBe(before)
})

test('of sixteen changes at once each finds the one before', async () => {
  const id = await threeVersions()
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      change(id, 1 + (index % 3), index % 2 ? 'unpublish' : 'publish'),
    ),
  )

  expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200))
  const { latestVersion } = (await get(`/v1/flow/${id}`)).body
  const published = (await get(`/v1/flow/${id}/versions?status=published`)).body.data
  expect(published.some(({ version }: { version: number }) => version === latestVersion)).toBe(
    published.length > 0,
  )
})
