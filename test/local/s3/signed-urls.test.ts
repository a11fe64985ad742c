import { createHash } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3Path } from '../../../infra/local/s3/open.ts'
import { bucket as Bucket, credentials, openServedS3, type ServedS3 } from './served.ts'

let served: ServedS3
beforeAll(async () => {
  served = await openServedS3()
})
afterAll(() => served.close())

const Key = 'files/o/f/claim (ü) + 1.pdf'
const body = 'the claim'
const type = 'application/pdf'

function signPut(more: object = {}, expiresIn = 3600): Promise<string> {
  const input = { Bucket, Key, ContentType: type, ContentLength: body.length, ...more }
  return getSignedUrl(served.near, new PutObjectCommand(input), {
    expiresIn,
    signingDate: new Date(served.clock.now()),
    signableHeaders: new Set(['host', 'content-type', 'content-length']),
    unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
  })
}

function signGet(more: object = {}, expiresIn = 300): Promise<string> {
  return getSignedUrl(served.near, new GetObjectCommand({ Bucket, Key, ...more }), {
    expiresIn,
    signingDate: new Date(served.clock.now()),
  })
}

const put = (url: string, sent = body, headers: Record<string, string> = { 'content-type': type }) =>
  fetch(url, { method: 'PUT', headers, body: sent })

async function refused(response: Response): Promise<[number, string | undefined]> {
  return [response.status, /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1]]
}

test('a signed URL takes the file, another gives it, as an attachment', async () => {
  const sent = await put(await signPut())
  const got = await fetch(
    await signGet({
      ResponseContentDisposition: 'attachment; filename="claim.pdf"',
      ResponseContentType: type,
    }),
  )

  expect(sent.status).toBe(200)
  expect(sent.headers.get('etag')).toBe(`"${createHash('md5').update(body).digest('hex')}"`)
  expect(await got.text()).toBe(body)
  expect(got.headers.get('content-disposition')).toBe('attachment; filename="claim.pdf"')
  expect(got.headers.get('content-type')).toBe(type)
})

test('a range of it is got', async () => {
  await put(await signPut())
  const got = await fetch(await signGet(), { headers: { range: 'bytes=4-' } })

  expect([got.status, await got.text()]).toEqual([206, 'claim'])
})

test('another length, type or body digest than was signed is refused', async () => {
  const url = await signPut()
  const checksum = createHash('sha256').update(body).digest('base64')
  const withDigest = await signPut({ ChecksumSHA256: checksum })
  const headers = { 'content-type': type, 'x-amz-checksum-sha256': checksum }

  expect(await refused(await put(url, `${body}.`))).toEqual([403, 'SignatureDoesNotMatch'])
  expect(await refused(await put(url, body, { 'content-type': 'text/html' }))).toEqual([
    403,
    'SignatureDoesNotMatch',
  ])
  expect(await refused(await put(withDigest, 'THE CLAIM', headers))).toEqual([400, 'BadDigest'])
  expect(await refused(await put(withDigest, body))).toEqual([403, 'SignatureDoesNotMatch'])
  expect((await put(withDigest, body, headers)).status).toBe(200)
})

test('a body without a length is refused before it is read', async () => {
  const url = await getSignedUrl(served.near, new PutObjectCommand({ Bucket, Key: 'streamed' }), {
    signingDate: new Date(served.clock.now()),
  })
  const streamed = await fetch(url, {
    method: 'PUT',
    body: new Blob(['chunked']).stream(),
    duplex: 'half',
  } as RequestInit)

  expect(await refused(streamed)).toEqual([411, 'MissingContentLength'])
})

test('a URL that was changed opens nothing', async () => {
  await put(await signPut())
  const url = await signGet()
  const changes: [string, (url: string) => string, string][] = [
    ['signature', (text) => text.replace(/Signature=..../, 'Signature=0000'), 'SignatureDoesNotMatch'],
    ['key', (text) => text.replace('/f/', '/g/'), 'SignatureDoesNotMatch'],
    ['life', (text) => text.replace('Expires=300', 'Expires=3000'), 'SignatureDoesNotMatch'],
    ['more words', (text) => `${text}&response-content-type=text%2Fhtml`, 'SignatureDoesNotMatch'],
    [
      'too long a life',
      (text) => text.replace('Expires=300', 'Expires=604801'),
      'AuthorizationQueryParametersError',
    ],
    ['no date', (text) => text.replace(/&X-Amz-Date=[^&]+/, ''), 'AuthorizationQueryParametersError'],
    ['another key id', (text) => text.replace('AKIATEST', 'AKIAEVIL'), 'InvalidAccessKeyId'],
    ['no signature', (text) => text.split('?')[0]!, 'AccessDenied'],
  ]

  expect((await fetch(url)).status).toBe(200)
  for (const [what, change, code] of changes)
    expect([what, (await refused(await fetch(change(url))))[1]]).toEqual([what, code])
  expect(await refused(await put(url))).toEqual([403, 'SignatureDoesNotMatch'])
})

test('a header of the service that was not signed is refused', async () => {
  const response = await put(await signPut(), body, { 'content-type': type, 'x-amz-acl': 'public-read' })

  expect(await refused(response)).toEqual([403, 'AccessDenied'])
})

test('an old URL opens nothing, and one from the future not yet', async () => {
  await put(await signPut())
  const url = await signGet({}, 60)
  const later = await getSignedUrl(served.near, new GetObjectCommand({ Bucket, Key }), {
    signingDate: new Date(served.clock.now() + 3_600_000),
  })

  expect(await refused(await fetch(later))).toEqual([403, 'AccessDenied'])
  await served.clock.advance(59_000)
  expect((await fetch(url)).status).toBe(200)
  await served.clock.advance(1000)
  expect(await refused(await fetch(url))).toEqual([403, 'AccessDenied'])
})

test('who has another secret opens nothing', async () => {
  const forged = { ...credentials, secretAccessKey: 'guessed' }
  const client = new S3Client({
    ...{ region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    ...{ credentials: forged, endpoint: served.url + s3Path },
  })

  await expect(client.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  })
})

test('a page may upload and read by signed URLs, and do nothing else', async () => {
  const url = await signPut()
  const origin = 'https://forms.example.com'
  const ask = (method: string) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type',
      },
    })
  const asked = await ask('PUT')
  const sent = await put(url, body, { 'content-type': type, origin })

  expect(asked.status).toBe(200)
  expect(asked.headers.get('access-control-allow-origin')).toBe('*')
  expect(asked.headers.get('access-control-allow-headers')).toBe('content-type')
  expect(asked.headers.get('access-control-max-age')).toBe('7200')
  expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
  expect(await refused(await ask('DELETE'))).toEqual([403, 'AccessForbidden'])
})

test('a path that is no text is refused', async () => {
  const url = (await signGet()).replace('%C3%BC', '%FF')

  expect(await refused(await fetch(url))).toEqual([400, 'InvalidArgument'])
})
