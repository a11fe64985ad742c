import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getFile } from '../../../shared/store/files.ts'
import { bytes, type FileFaces, fileCalls, form, issuesOf, openFileFaces, wish } from './files-fixture.ts'

let faces: FileFaces
let flow: string
let as: string
beforeAll(async () => {
  faces = await openFileFaces()
  as = faces.acme.token.user
  flow = faces.claiming
})
afterAll(() => faces.close())

const { announced, uploaded, sendForm } = fileCalls(() => faces)

describe('a file that its uploader sends to the bucket', () => {
  test('is told with all that its PUT needs, and where it lies is not told', async () => {
    const file = await announced()

    expect(file).toMatchObject({
      ...wish,
      fileKey: file.fileId,
      status: 'pending',
      uploadMethod: 'PUT',
      uploadHeaders: { 'content-type': 'application/pdf', 'content-length': '9' },
    })
    expect(Date.parse(file.expiresAt) - Date.now()).toBeGreaterThan(3_590_000)
    expect(file).not.toHaveProperty('key')
  })

  test('is ready at its first use, and given as an attachment under its name', async () => {
    const id = await uploaded()
    const before = (await getFile(faces.world, faces.acme.orgId, id))?.status
    const run = await faces.execute(flow, { claim: id })
    const after = (await getFile(faces.world, faces.acme.orgId, id))?.status
    const { body } = await faces.send('GET', `/v1/flow/file/${id}`, { as })
    const got = await fetch(body.downloadUrl)

    expect([before, run.status, after]).toEqual(['pending', 200, 'ready'])
    expect(body).toMatchObject({ ...wish, status: 'ready', expiresAt: null })
    expect(await got.text()).toBe(bytes)
    expect(got.headers.get('content-disposition')).toBe(
      `attachment; filename="Claim _ _1_.pdf"; filename*=UTF-8''Claim%20%C3%BC%20%221%22.pdf`,
    )
  })

  test('is refused by the bucket with another length, type or digest', async () => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const { uploadUrl, uploadHeaders, fileId } = await announced('/v1/flow/file', { sha256 })
    const put = async (body: string, headers: Record<string, string>) =>
      (await fetch(uploadUrl, { method: 'PUT', headers, body })).status
    const { 'content-length': _, ...rest } = uploadHeaders as Record<string, string>

    expect(await put('the claims', rest)).toBe(403)
    expect(await put(bytes, { ...rest, 'content-type': 'text/html' })).toBe(403)
    expect(await put('THE CLAIM', rest)).toBe(400)
    const { body } = await faces.send('GET', `/v1/flow/file/${fileId}`, { as })
    expect([body.status, body.downloadUrl]).toEqual(['pending', null])
    expect(await put(bytes, rest)).toBe(200)
  })

  test('of more than 100 MiB is 413; what is wrong with its name, type or size is told', async () => {
    const large = await faces.send('POST', '/v1/flow/file', { as, body: { ...wish, size: 104_857_601 } })
    const most = await faces.send('POST', '/v1/flow/file', { as, body: { ...wish, size: 104_857_600 } })

    expect([large.status, large.body.error.details.limitBytes]).toEqual([413, 104_857_600])
    expect(most.status).toBe(201)
    for (const [member, value] of [
      ['filename', ''],
      ['filename', 'x'.repeat(256)],
      ['filename', 'a/b'],
      ['filename', 'a\\b'],
      ['filename', 'a\0b'],
      ['filename', '\ud800'],
      ['contentType', 'pdf'],
      ['contentType', 'text/html\r\nx: y'],
      ['size', 0],
      ['size', 1.5],
      ['sha256', 'abc'],
      ['key', 'files/elsewhere'],
    ] as const) {
      const answer = await faces.send('POST', '/v1/flow/file', { as, body: { ...wish, [member]: value } })

      expect([member, value, answer.status].join()).toBe(
        [member, value, value === '\ud800' ? 400 : 422].join(),
      )
    }
  })
})

describe('a file that comes as a form', () => {
  test('is ready at once', async () => {
    const { status, body } = await sendForm(
      form([['file', new Blob([bytes], { type: 'application/pdf' }), wish.filename.replaceAll('"', "'")]]),
    )
    const { downloadUrl } = (await faces.send('GET', `/v1/flow/file/${body.fileId}`, { as })).body

    expect(status).toBe(201)
    expect(body).toMatchObject({
      filename: "Claim ü '1'.pdf",
      contentType: wish.contentType,
      size: 9,
      status: 'ready',
    })
    expect(await (await fetch(downloadUrl)).text()).toBe(bytes)
  })

  test('has at most 4 MiB', async () => {
    const most = 4 * 1024 * 1024
    const sized = (size: number) => sendForm(form([['file', new Blob([new Uint8Array(size)]), 'a.bin']]))

    expect((await sized(most)).status).toBe(201)
    for (const size of [most + 1, most + 2_000_000]) {
      const { status, body } = await sized(size)
      expect([status, body.error.code, body.error.details.limitBytes]).toEqual([
        413,
        'payload_too_large',
        most,
      ])
    }
  })

  test('is the one part that the form has', async () => {
    const blob = new Blob([bytes])

    for (const [parts, issues] of [
      [[], [['/file', 'required']]],
      [[['file', 'text']], [['/file', 'invalid_type']]],
      [[['document', blob, 'a.pdf']], [['/document', 'unknown_member']]],
      [
        [
          ['file', blob, 'a.pdf'],
          ['a/b', 'x'],
        ],
        [['/a~1b', 'unknown_member']],
      ],
      [
        [
          ['file', blob, 'a.pdf'],
          ['file', blob, 'b.pdf'],
        ],
        [['/file', 'too_many']],
      ],
      [[['file', blob, 'c:\\a.pdf']], [['/filename', 'custom']]],
      [[['file', new Blob([]), 'a.pdf']], [['/size', 'too_small']]],
    ] as [Parameters<typeof form>[0], string[][]][]) {
      const answer = await sendForm(form(parts))
      expect([answer.status, issuesOf(answer)]).toEqual([422, issues])
    }
  })

  test.each([
    ['multipart/form-data', 'anything'],
    ['multipart/form-data; boundary=x', ''],
    ['multipart/form-data; boundary=x', 'no form at all'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut off',
    ],
    ['multipart/form-data; boundary=x', '--x\r\nnonsense\r\n\r\n\r\n--x--'],
    ['multipart/form-data; boundary=', '--\r\n\r\n----'],
  ])('%s of %j is refused', async (type, text) => {
    const answer = await faces.send('POST', '/v1/flow/file', {
      as,
      body: new TextEncoder().encode(text),
      headers: { 'content-type': type },
    })

    expect([400, 422]).toContain(answer.status)
  })

  test('goes to no other route', async () => {
    const answer = await sendForm(
      form([['file', new Blob([bytes]), 'a']]),
      `/v1/client/flow/${flow}/execute`,
      {
        authorization: `Bearer ${as}`,
      },
    )

    expect(answer.status).toBe(415)
  })

  test('with the same key is the same file, and another file is another request', async () => {
    const again = { 'idempotency-key': 'one-form' }
    const first = await sendForm(form([['file', new Blob(['aaa']), 'a']]), undefined, again)
    const second = await sendForm(form([['file', new Blob(['aaa']), 'a']]), undefined, again)
    const other = await sendForm(form([['file', new Blob(['bbb']), 'a']]), undefined, again)

    expect(second.body).toEqual(first.body)
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_key_reused'])
  })
})
