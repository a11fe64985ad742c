import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { largestFile } from '../../../shared/core/file-bytes.ts'
import { getFile } from '../../../shared/store/files.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { eventually } from '../../eventually.ts'
import { listenS3 } from '../../local/s3/served.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let served: Awaited<ReturnType<typeof listenS3>>
let flow: string
let other: string
let as: string
const reading: JsonObject = {
  metadata: { name: 'Reading' },
  inputs: [{ name: 'file_key', type: 'file', required: true }],
  nodes: { end: { type: 'final', params: { output: '{{inputs}}' } } },
}
beforeAll(async () => {
  served = await listenS3(() => faces.s3)
  faces = await openFaces({ s3Url: served.url })
  as = faces.acme.token.user
  flow = await faces.flow(reading)
  other = await faces.flow(reading)
})
afterAll(async () => {
  await served.close()
  await faces.close()
})

const pathOf = (verb: string, of = flow) => `/api/flows/${of}/files${verb}`
const announce = async (query = '&filename=claim.pdf', of = flow) =>
  await faces.send('POST', `${pathOf('/upload-url', of)}?content_type=application/pdf${query}`, { as })
const list = async (query = '', of = flow) => await faces.send('GET', `${pathOf('', of)}${query}`, { as })
const download = (file_key: string, of = flow) =>
  faces.send('POST', pathOf('/download-url', of), { as, body: { file_key } })
const execute = (file_key: string) =>
  faces.send('POST', '/api/flow-executions?wait=20', { as, body: { flow_id: flow, input: { file_key } } })
const put = (url: { upload_url: string; method: string; headers: Record<string, string> }, body: string) =>
  fetch(url.upload_url, { method: url.method, headers: url.headers, body })

test('a file is sent to the bucket, used by its key, listed, and given back as an attachment', async () => {
  const { status, body } = await announce('&filename=claim.pdf&size=9')
  const sent = await put(body, 'the claim')
  const before = (await list()).body
  const execution = await execute(body.file_key)
  const after = (await list()).body
  const url = await download(body.file_key)
  const got = await fetch(url.body.download_url)

  expect([status, Object.keys(body)]).toEqual([
    ...[201, ['upload_url', 'file_key', 'method', 'headers', 'expires_at']],
  ])
  expect(body.headers).toEqual({ 'content-type': 'application/pdf', 'content-length': '9' })
  expect(sent.status).toBe(200)
  const file = {
    ...{ file_key: body.file_key, filename: 'claim.pdf', content_type: 'application/pdf', size: 9 },
    ...{ status: 'pending', created_at: expect.any(String) },
  }
  expect(before).toEqual([file])
  expect(after).toEqual([{ ...file, status: 'ready' }])
  expect(execution.body).toMatchObject({
    status: 'completed',
    input: { file_key: { fileId: body.file_key, filename: 'claim.pdf', size: 9 } },
  })
  expect(await got.text()).toBe('the claim')
  expect(got.headers.get('content-disposition')).toContain('attachment')
  for (const { expires_at } of [body, url.body])
    expect(Math.abs(Date.parse(expires_at) - Date.now() - 3_600_000)).toBeLessThan(60_000)
})

test('an execution is executed again with its file', async () => {
  const { body } = await announce()
  await put(body, 'the claim')
  const { id } = (await execute(body.file_key)).body
  const again = await faces.send('POST', `/api/flow-executions/${id}/execute`, { as })

  expect([again.status, again.body.input.file_key.fileId]).toEqual([200, body.file_key])
})

describe('without a size', () => {
  test('the bytes are counted at the first use', async () => {
    const { body } = await announce('')
    const before = (await list()).body[0]
    await put(body, 'of some length')
    await execute(body.file_key)

    expect(body.headers).toEqual({ 'content-type': 'application/pdf' })
    expect(before).toMatchObject({ filename: 'file', size: null, status: 'pending' })
    expect((await list()).body[0]).toMatchObject({ file_key: body.file_key, size: 14, status: 'ready' })
  })

  test('a file that is too large goes, and the execution is refused', async () => {
    const { world, acme } = faces
    const { body } = await announce('')
    const { key } = (await getFile(world, acme.orgId, body.file_key))!
    const Body = Buffer.alloc(largestFile + 1)
    await world.s3.send(new PutObjectCommand({ Bucket: world.settings.bucket, Key: key, Body }))
    const unread = await download(body.file_key)
    const refused = await execute(body.file_key)

    expect(unread.status).toBe(404)
    expect([refused.status, refused.body.detail]).toMatchObject([
      422,
      [{ loc: ['body', 'input', 'file_key'] }],
    ])
    expect(refused.body.detail[0].msg).toContain('100 MiB')
    expect(await getFile(world, acme.orgId, body.file_key)).toBeNull()
    const head = new HeadObjectCommand({ Bucket: world.settings.bucket, Key: key })
    // The stream removes the bytes a moment later.
    await eventually(() => expect(world.s3.send(head)).rejects.toMatchObject({ name: 'NotFound' }))
  })
})

test('the list has the newest first, page by page, of this flow alone', async () => {
  const of = await faces.flow(reading)
  const keys: string[] = []
  for (const n of [1, 2, 3]) keys.unshift((await announce(`&filename=${n}.pdf`, of)).body.file_key)
  const first = await list('?page_size=2', of)
  const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.link ?? '')?.[1]
  const second = await faces.send('GET', next!, { as })
  const keysOf = (files: { file_key: string }[]) => files.map(({ file_key }) => file_key)

  expect([...keysOf(first.body), ...keysOf(second.body)]).toEqual(keys)
  expect(second.headers.link).toBeUndefined()
  expect((await list('', other)).body).toEqual([])
})

describe('refusals', () => {
  const unknown = '00000000-0000-4000-8000-000000000000'

  test('what is not there, not uploaded, or another flow’s, is one 404', async () => {
    const { body } = await announce()
    const pending = await download(body.file_key)
    await put(body, 'the claim')

    expect(pending.body.error).toEqual({ code: 'not_found', message: 'Flow or file not found', details: [] })
    expect((await download(body.file_key)).status).toBe(200)
    for (const refused of [
      await download(body.file_key, other),
      await download(unknown),
      await download(body.file_key, unknown),
      await announce('', unknown),
      await announce('', 'flow-123'),
      await list('', unknown),
    ])
      expect([refused.status, refused.body.error]).toEqual([404, pending.body.error])
  })

  test.each([
    [422, '', 'content_type', 'missing'],
    [422, '?content_type=pdf', 'content_type', 'value_error'],
    [422, '?content_type=a/b&filename=a%2Fb', 'filename', 'value_error'],
    [422, '?content_type=a/b&size=0', 'size', 'value_error'],
    [400, '?content_type=a/b&colour=red', 'colour', 'value_error'],
  ])('%i %s', async (status, query, name, type) => {
    const { body, ...answer } = await faces.send('POST', `${pathOf('/upload-url')}${query}`, { as })

    expect([answer.status, body.error.details]).toEqual([
      status,
      [{ loc: ['query', name], msg: expect.any(String), type }],
    ])
  })

  test('a size above 100 MiB is 413, a key that is none 422', async () => {
    const large = await announce(`&size=${largestFile + 1}`)

    expect([large.status, large.body.error.code]).toEqual([413, 'payload_too_large'])
    expect((await download('x'.repeat(5000))).status).toBe(422)
  })
})
