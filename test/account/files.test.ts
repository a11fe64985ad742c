import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './call.ts'
import { type AccountChild, startAccount } from './child.ts'

const run = promisify(execFile)
const scratch = mkdtempSync(join(tmpdir(), 'sluice-files-'))
let account: AccountChild
let ends: { url: string; key: string }
let flow: string
beforeAll(async () => {
  account = await startAccount()
  ends = { url: account.url, key: account.demo.apiKey }
  const definition = {
    metadata: { name: 'Claim' },
    triggers: [{ type: 'api' }, { type: 'form' }],
    inputs: [{ name: 'claim', type: 'file', required: true }],
    nodes: { end: { type: 'final', params: { output: '{{claim}}' } } },
  }
  const made = await call<{ _id: string }>(ends, 'POST', '/v1/flow', { definition })
  flow = made.body._id
  await call(ends, 'POST', `/v1/flow/${flow}/publish`)
})
afterAll(async () => {
  await account.stop()
  for (const folder of [account.folder, scratch]) rmSync(folder, { recursive: true, force: true })
})

interface Pending {
  fileId: string
  uploadUrl: string
  uploadHeaders: Record<string, string>
}

/** What curl prints: the status behind the body. */
async function curl(...given: string[]): Promise<{ status: number; text: string }> {
  const { stdout } = await run('curl', ['-s', '-w', '\n%{http_code}', ...given], {
    maxBuffer: 10_000_000,
  })
  const cut = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(cut + 1)), text: stdout.slice(0, cut) }
}

test('curl uploads by the signed URL, at the address of the service; a run is told the file', async () => {
  const path = join(scratch, 'claim.pdf')
  const content = 'x'.repeat(3_000_000)
  writeFileSync(path, content)
  const wish = { filename: 'claim.pdf', contentType: 'application/pdf', size: content.length }
  const { body } = await call<Pending>(ends, 'POST', '/v1/flow/file', wish)
  const headers = Object.entries(body.uploadHeaders).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const sent = await curl('-T', path, ...headers, body.uploadUrl)
  const done = await call(ends, 'POST', `/v1/client/flow/${flow}/execute`, { claim: body.fileId })
  const { body: file } = await call<{ downloadUrl: string }>(ends, 'GET', `/v1/flow/file/${body.fileId}`)
  const got = await curl('-D', join(scratch, 'headers'), file.downloadUrl)

  expect(body.uploadUrl.startsWith(`${account.url}/s3/local-sluice-files/files/`)).toBe(true)
  expect(sent.status).toBe(200)
  expect(done.body).toEqual({ fileId: body.fileId, ...wish })
  expect(got).toEqual({ status: 200, text: content })
  expect(readFileSync(join(scratch, 'headers'), 'utf8')).toMatch(
    /content-disposition: attachment; filename="claim.pdf"/i,
  )
})

test('curl uploads a form', async () => {
  const path = join(scratch, 'note.txt')
  writeFileSync(path, 'a note')
  const sent = await curl(
    ...['-H', `Authorization: Bearer ${ends.key}`, '-F', `file=@${path};type=text/plain`],
    `${ends.url}/v1/flow/file`,
  )
  const done = await call(ends, 'POST', `/v1/client/flow/${flow}/execute`, {
    claim: JSON.parse(sent.text).fileId,
  })

  expect(sent.status).toBe(201)
  expect(done.body).toMatchObject({ filename: 'note.txt', contentType: 'text/plain', size: 6 })
})

test('who has a share uploads without a credential', async () => {
  const { body: share } = await call<{ token: string }>(ends, 'POST', `/v1/flow/${flow}/share`, {})
  const wish = JSON.stringify({ filename: 'a.txt', contentType: 'text/plain', size: 3 })
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const told = await fetch(`${ends.url}/v1/flow/share/file/${share.token}`, { ...json, body: wish })
  const { fileId, uploadUrl, uploadHeaders } = (await told.json()) as Pending
  const sent = await fetch(uploadUrl, { method: 'PUT', headers: uploadHeaders, body: 'abc' })
  const done = await fetch(`${ends.url}/v1/flow/share/execute/${share.token}`, {
    ...json,
    body: JSON.stringify({ claim: { fileId } }),
  })

  expect([told.status, sent.status, done.status]).toEqual([201, 200, 200])
})

test('a URL opens what it opened also after a start, and files outlive a kill', async () => {
  const wish = { filename: 'b.txt', contentType: 'text/plain', size: 4 }
  const { body } = await call<Pending>(ends, 'POST', '/v1/flow/file', wish)
  const sent = await fetch(body.uploadUrl, { method: 'PUT', headers: body.uploadHeaders, body: 'kept' })
  expect(sent.status).toBe(200)
  const { folder } = account
  const { port } = new URL(account.url)
  await account.kill()
  account = await startAccount({ folder, port: Number(port) })
  ends = { ...ends, url: account.url }
  const again = await fetch(body.uploadUrl, { method: 'PUT', headers: body.uploadHeaders, body: 'more' })
  const { body: file } = await call<{ downloadUrl: string }>(ends, 'GET', `/v1/flow/file/${body.fileId}`)

  expect(again.status).toBe(200)
  expect(await (await fetch(file.downloadUrl)).text()).toBe('more')
  expect(readdirSync(join(folder, 'blobs', 'data')).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('other programs of this machine call the endpoint with the credentials of the folder', async () => {
  const credentials = JSON.parse(readFileSync(join(account.folder, 'keys'), 'utf8'))
  const client = new S3Client({
    ...{ region: 'us-east-1', forcePathStyle: true, credentials, endpoint: `${account.url}/s3` },
  })
  const get = client.send(new GetObjectCommand({ Bucket: 'local-sluice-files', Key: 'files/none' }))

  await expect(get).rejects.toMatchObject({ name: 'NoSuchKey' })
})
