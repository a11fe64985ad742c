import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openS3 } from '../../../infra/local/s3/open.ts'
import { fakeClock } from '../../fake-clock.ts'
import { keptLog } from '../kept-log.ts'
import { bucket as Bucket, credentials, openServedS3, type ServedS3 } from './served.ts'

let served: ServedS3
beforeAll(async () => {
  served = await openServedS3({ maxBytes: 3_000_000 })
})
afterAll(() => served.close())

const content = Buffer.from('0123456789')
const md5 = createHash('md5').update(content).digest()

describe.each(['near', 'far'] as const)('called from %s', (way) => {
  const client = (): S3Client => served[way]
  const Key = `of ${way}/a+b ü (1).txt`

  test('what was put is got, with its headers', async () => {
    const put = await client().send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: content,
        ContentType: 'text/plain',
        Metadata: { made: 'here' },
      }),
    )
    const got = await client().send(new GetObjectCommand({ Bucket, Key }))

    expect(put.ETag).toBe(`"${md5.toString('hex')}"`)
    expect(await got.Body?.transformToString()).toBe('0123456789')
    expect(got).toMatchObject({
      ContentLength: 10,
      ContentType: 'text/plain',
      ETag: put.ETag,
      LastModified: new Date(served.clock.now()),
      Metadata: { made: 'here' },
      AcceptRanges: 'bytes',
    })
  })

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('%s is a part of it', async (Range, text, ContentRange) => {
    const got = await client().send(new GetObjectCommand({ Bucket, Key, Range }))

    expect(await got.Body?.transformToString()).toBe(text)
    expect(got).toMatchObject({ ContentRange, $metadata: { httpStatusCode: 206 } })
  })

  test('a range outside of it is refused', async () => {
    const got = client().send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=10-' }))

    await expect(got).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } })
  })

  test('HeadObject tells size and type without the bytes', async () => {
    const head = await client().send(new HeadObjectCommand({ Bucket, Key }))

    expect(head).toMatchObject({ ContentLength: 10, ContentType: 'text/plain' })
  })

  test('what is not there is NoSuchKey, for HeadObject NotFound', async () => {
    const none = { Bucket, Key: 'none' }

    await expect(client().send(new GetObjectCommand(none))).rejects.toBeInstanceOf(NoSuchKey)
    await expect(client().send(new HeadObjectCommand(none))).rejects.toMatchObject({
      name: 'NotFound',
      $metadata: { httpStatusCode: 404 },
    })
    await expect(client().send(new DeleteObjectCommand(none))).resolves.toBeDefined()
  })

  test('another bucket is NoSuchBucket', async () => {
    const got = client().send(new GetObjectCommand({ Bucket: 'other-bucket', Key }))

    await expect(got).rejects.toBeInstanceOf(NoSuchBucket)
  })

  test('an empty object can be put and got', async () => {
    await client().send(new PutObjectCommand({ Bucket, Key: `${way}-empty`, Body: '', ContentLength: 0 }))
    const got = await client().send(new GetObjectCommand({ Bucket, Key: `${way}-empty` }))

    expect([got.ContentLength, await got.Body?.transformToString()]).toEqual([0, ''])
  })

  test('a digest that does not fit is BadDigest, and leaves what was there', async () => {
    const wrong = createHash('sha256').update('other').digest('base64')
    const put = (more: object) =>
      client().send(new PutObjectCommand({ Bucket, Key, Body: 'changed', ...more }))

    await expect(put({ ChecksumSHA256: wrong })).rejects.toMatchObject({ name: 'BadDigest' })
    await expect(put({ ContentMD5: md5.toString('base64') })).rejects.toMatchObject({ name: 'BadDigest' })
    await expect(put({ ContentMD5: 'abcd' })).rejects.toMatchObject({ name: 'InvalidDigest' })
    const got = await client().send(new GetObjectCommand({ Bucket, Key }))
    expect(await got.Body?.transformToString()).toBe('0123456789')
  })

  test('more than may be is EntityTooLarge', async () => {
    const Body = Buffer.alloc(3_000_001)
    const put = client().send(new PutObjectCommand({ Bucket, Key: 'large', Body }))

    await expect(put).rejects.toMatchObject({ name: 'EntityTooLarge' })
  })

  test('what is not served says so, by name', async () => {
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`

    for (const command of [
      new CreateMultipartUploadCommand({ Bucket, Key }),
      new GetObjectAclCommand({ Bucket, Key }),
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }),
      new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }),
    ])
      await expect(client().send(command as PutObjectCommand)).rejects.toMatchObject({
        name: 'NotImplemented',
      })
    expect(served.log.lines.filter(({ level }) => level === 'warn').length).toBeGreaterThanOrEqual(4)
  })

  test('lists keys by prefix in pages, and folders by a delimiter', async () => {
    const keys = [`${way}/l/a`, `${way}/l/b/1`, `${way}/l/b/2`, `${way}/l/c<&>"ü`, `${way}/l/d/1`]
    for (const key of keys) await client().send(new PutObjectCommand({ Bucket, Key: key, Body: 'x' }))
    const Prefix = `${way}/l/`

    const seen: string[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await client().send(
        new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 2, ContinuationToken }),
      )
      seen.push(...(page.Contents ?? []).map((one) => one.Key!))
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken)
    expect(seen).toEqual(keys)

    const folders: string[] = []
    do {
      const page = await client().send(
        new ListObjectsV2Command({ Bucket, Prefix, Delimiter: '/', MaxKeys: 1, ContinuationToken }),
      )
      folders.push(
        ...(page.Contents ?? []).map((one) => one.Key!),
        ...(page.CommonPrefixes ?? []).map((one) => one.Prefix!),
      )
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken)
    expect(folders).toEqual([keys[0], `${way}/l/b/`, keys[3], `${way}/l/d/`])
  })

  test('takes many away at once', async () => {
    const names = [`${way} <1>`, `${way} & "2"`, 'none']
    for (const key of names) await client().send(new PutObjectCommand({ Bucket, Key: key, Body: 'x' }))
    const gone = await client().send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: names.map((name) => ({ Key: name })) } }),
    )

    expect(gone.Deleted?.map((one) => one.Key)).toEqual(names)
    for (const key of names)
      await expect(client().send(new HeadObjectCommand({ Bucket, Key: key }))).rejects.toMatchObject({
        name: 'NotFound',
      })
  })

  test('an object with a version is not taken away by mistake', async () => {
    const Objects = [{ Key, VersionId: 'one' }]
    const gone = client().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))

    await expect(gone).rejects.toMatchObject({ name: 'MalformedXML' })
  })
})

test('a stop in the middle of a write leaves what was there, and nothing else', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-s3-'))
  const open = () => openServedS3({ dir })
  const before = await open()
  await before.near.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'kept' }))
  before.s3.close()
  const data = join(dir, 'blobs', 'data')
  const [blob] = readdirSync(data)
  // One that was being written, and one whose row was not.
  for (const name of ['1.part', '2']) writeFileSync(join(data, name), 'half')

  const after = await open()
  const got = await after.near.send(new GetObjectCommand({ Bucket, Key: 'kept' }))

  expect(await got.Body?.transformToString()).toBe('kept')
  expect(readdirSync(data)).toEqual([blob])
  await after.close()
})

test('an upload that is broken off is not there', async () => {
  const data = join(served.dir, 'blobs', 'data')
  const before = readdirSync(data).length
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
  const url = await getSignedUrl(
    served.near,
    new PutObjectCommand({ Bucket, Key: 'broken', ContentLength: 100 }),
    {
      signingDate: new Date(served.clock.now()),
    },
  )
  await new Promise<void>((resolve) => {
    const sending = request(url, { method: 'PUT', headers: { 'content-length': 100 } })
    sending.on('error', () => resolve())
    sending.on('close', () => resolve())
    sending.write('half of it', () => setTimeout(() => sending.destroy(), 50))
  })

  await expect.poll(() => readdirSync(data).length).toBe(before)
  await expect(served.near.send(new HeadObjectCommand({ Bucket, Key: 'broken' }))).rejects.toMatchObject({
    name: 'NotFound',
  })
})

test('a folder that cannot be used stops the start with a sentence', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-s3-'))
  writeFileSync(join(dir, 'blobs'), 'a file')
  const open = () => openS3({ dir, clock: fakeClock(), log: keptLog(), buckets: [], credentials })

  expect(open).toThrow(/^The objects in .* cannot be opened/)
  rmSync(dir, { recursive: true })
})
