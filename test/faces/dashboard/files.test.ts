import { createHash } from 'node:crypto'
import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptInputs } from '../../../shared/core/accept-inputs.ts'
import { applyChanges } from '../../../shared/core/updates.ts'
import { type FileRow, getFile, putFile } from '../../../shared/store/files.ts'
import { keys } from '../../../shared/store/table.ts'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { listenS3 } from '../../local/s3/served.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let served: Awaited<ReturnType<typeof listenS3>>
let flow: string
let as: string
beforeAll(async () => {
  served = await listenS3(() => faces.s3)
  faces = await openFaces({ s3Url: served.url })
  as = faces.acme.token.user
  flow = await faces.flow(claiming)
})
afterAll(async () => {
  await served.close()
  await faces.close()
})

const claiming: JsonObject = {
  metadata: { name: 'Claim' },
  triggers: [{ type: 'api' }, { type: 'form' }],
  inputs: [
    { name: 'claim', type: 'file', required: true },
    { name: 'photo', type: 'file' },
    { name: 'secret', type: 'file', sensitive: true },
  ],
  nodes: { end: { type: 'final', params: { output: '{{inputs}}' } } },
}

const bytes = 'the claim'
const wish = { filename: 'Claim ü "1".pdf', contentType: 'application/pdf', size: bytes.length }
const none = '00000000-0000-4000-8000-000000000009'

async function announced(path = '/v1/flow/file', more: object = {}) {
  const { status, body } = await faces.send('POST', path, {
    ...(path === '/v1/flow/file' ? { as } : {}),
    body: { ...wish, ...more },
  })
  expect(status).toBe(201)
  return body
}

async function uploaded(path?: string): Promise<string> {
  const { fileId, uploadUrl, uploadMethod, uploadHeaders } = await announced(path)
  const sent = await fetch(uploadUrl, { method: uploadMethod, headers: uploadHeaders, body: bytes })
  expect(sent.status).toBe(200)
  return fileId
}

function form(parts: [name: string, value: Blob | string, filename?: string][]) {
  const data = new FormData()
  for (const [name, value, filename] of parts)
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, filename)
  return data
}

async function sendForm(data: FormData, path = '/v1/flow/file', more: Record<string, string> = {}) {
  const request = new Request('http://127.0.0.1', { method: 'POST', body: data })
  return await faces.send('POST', path, {
    ...(path === '/v1/flow/file' ? { as } : {}),
    body: new Uint8Array(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? '', ...more },
  })
}

const issuesOf = (answer: { body: { error: { details: { issues: { path: string; code: string }[] } } } }) =>
  answer.body.error.details.issues.map(({ path, code }) => [path, code])

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

describe('a file input', () => {
  test('is told to the run by name, type and size, however it was given', async () => {
    const id = await uploaded()
    const told = { fileId: id, ...wish }

    for (const claim of [id, { fileId: id }, { ...told, filename: 'forged' }]) {
      const { status, body } = await faces.execute(flow, { claim, photo: null })
      expect([status, body.claim, body.photo]).toEqual([200, told, null])
    }
    expect((await getFile(faces.world, faces.acme.orgId, id))?.runs).toBe(3)
  })

  test('works from every face', async () => {
    const claim = await uploaded()
    const calls: [string, unknown][] = [
      [`/v1/flow/execute/${flow}`, { inputs: { claim } }],
      [`/cgw/process/v1/orgs/${faces.acme.orgId}/flows/${flow}/execute`, { claim }],
      [`/api/v1/flows/${flow}/run`, { input: { claim } }],
    ]

    for (const [path, body] of calls) {
      const answer = await faces.send('POST', path, { as, body })
      expect([path, answer.status < 300]).toEqual([path, true])
    }
    await expect.poll(async () => (await getFile(faces.world, faces.acme.orgId, claim))?.runs).toBe(3)
  })

  test('that is sensitive is sealed like any other', async () => {
    const id = await uploaded()
    const run = await faces.execute(flow, { claim: id, secret: { fileId: id } })

    expect(run.status).toBe(200)
    const { secret } = run.body
    expect(JSON.stringify(secret)).not.toContain(id)
  })

  test('names a file that is there, of this organisation, and uploaded', async () => {
    const { fileId: pending } = await announced()
    const theirs = await faces.send('POST', '/v1/flow/file', { as: faces.other.token.user, body: wish })

    for (const [claim, code] of [
      [pending, 'file_not_uploaded'],
      [none, 'unknown_file'],
      ['../../META', 'unknown_file'],
      [theirs.body.fileId, 'unknown_file'],
      [{ fileId: none, more: 1 }, 'invalid_type'],
      [7, 'invalid_type'],
    ]) {
      const answer = await faces.execute(flow, { claim, photo: claim })
      expect([answer.status, issuesOf(answer)]).toEqual([
        422,
        [
          ['/claim', code],
          ['/photo', code],
        ],
      ])
    }
    const runner = await faces.send('POST', `/api/v1/flows/${flow}/run`, {
      as,
      body: { input: { claim: none } },
    })
    expect([runner.status, runner.body.error.details.field]).toEqual([422, 'input.claim'])
  })

  test('of a flow without any costs no call', async () => {
    const world = new Proxy(faces.world, {
      get: (target, name) => {
        if (name === 's3' || name === 'db') throw new Error(`${String(name)} was used`)
        return Reflect.get(target, name)
      },
    })
    const graph = {
      inputs: [
        { name: 'a', type: 'text', required: false },
        { name: 'f', type: 'file', required: false },
      ],
    }
    const accepted = await acceptInputs(
      world,
      { orgId: faces.acme.orgId, actor: 'user:x' },
      { inputs: { a: 'b' } },
      { graph } as never,
      { runId: none, from: undefined },
    )

    expect(accepted).toEqual({ inputs: '{"a":"b"}', files: undefined })
  })
})

describe('a file of a share', () => {
  const tokenOf = async () =>
    (await faces.send('POST', `/v1/flow/${flow}/share`, { as: faces.acme.token.admin, body: {} })).body.token
  const run = (token: string, claim: string) =>
    faces.send('POST', `/v1/flow/share/execute/${token}`, { body: { claim } })

  test('is for executions through that share alone', async () => {
    const [token, second] = [await tokenOf(), await tokenOf()]
    const id = await uploaded(`/v1/flow/share/file/${token}`)
    const own = await uploaded()
    const refused = await Promise.all([run(second, id), faces.execute(flow, { claim: id }), run(token, own)])
    const taken = await run(token, id)

    for (const answer of refused)
      expect([answer.status, issuesOf(answer)]).toEqual([422, [['/claim', 'unknown_file']]])
    expect([taken.status, taken.body.claim.fileId]).toEqual([200, id])
  })

  test('may come as a form', async () => {
    const token = await tokenOf()
    const sent = await sendForm(form([['file', new Blob([bytes]), 'a.pdf']]), `/v1/flow/share/file/${token}`)

    expect([sent.status, (await run(token, sent.body.fileId)).status]).toEqual([201, 200])
  })

  test('needs a token that opens something; 20 a minute and address', async () => {
    const wrong = await faces.send('POST', `/v1/flow/share/file/shr_${'a'.repeat(43)}`, { body: wish })
    const token = await tokenOf()
    const statuses: number[] = []
    // A minute that ends meanwhile begins a new count.
    for (let count = 0; count < 41; count++)
      statuses.push((await faces.send('POST', `/v1/flow/share/file/${token}`, { body: wish })).status)

    expect(wrong.status).toBe(404)
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(201))
    expect(statuses).toContain(429)
  })
})

describe('a file goes', () => {
  const objects = async () =>
    (
      await faces.world.s3.send(
        new ListObjectsV2Command({
          Bucket: faces.world.settings.bucket,
          Prefix: `files/${faces.acme.orgId}/`,
        }),
      )
    ).Contents?.map(({ Key = '' }) => Key.split('/')[2]) ?? []

  /** What the stream tells when the service has removed a run at its end of retention. */
  const expire = (runId: string) =>
    applyChanges(faces.world, [
      {
        eventName: 'REMOVE',
        userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
        dynamodb: {
          SequenceNumber: '1',
          Keys: { pk: { S: keys.run(faces.acme.orgId, runId).pk }, sk: { S: 'META' } },
        },
      } as never,
    ])

  test('with the last run that used it, though its end is told twice', async () => {
    const id = await uploaded()
    await faces.execute(flow, { claim: id, photo: id })
    await faces.execute(flow, { claim: id })
    const runs = (await allItems(faces.world))
      .filter(({ sk }) => sk === `FILE#${id}`)
      .map(({ pk }) => String(pk).split('#').at(-1)!)

    expect(runs).toHaveLength(2)
    await expire(runs[0]!)
    await expire(runs[0]!)
    expect((await getFile(faces.world, faces.acme.orgId, id))?.runs).toBe(1)
    expect(await objects()).toContain(id)
    await expire(runs[1]!)
    expect(await getFile(faces.world, faces.acme.orgId, id)).toBeNull()
    await expect.poll(objects, { timeout: 5000 }).not.toContain(id)
  })

  test('a day after it was made if nobody used it', async () => {
    const id = await uploaded()
    const row = (await getFile(faces.world, faces.acme.orgId, id)) as FileRow
    const left = Date.parse(row.expiresAt) - Date.parse(row.createdAt)
    const past = { expiresAt: new Date(Date.now() - 1000).toISOString() }
    const old = { ...row, ...past, id: none }
    delete old.ttl
    await putFile(faces.world, old)
    const gone = await faces.send('GET', `/v1/flow/file/${none}`, { as })
    const run = await faces.execute(flow, { claim: none })

    expect(left).toBe(24 * 3_600_000)
    expect(row.ttl).toBe(Math.floor(Date.parse(row.expiresAt) / 1000))
    expect([gone.status, run.status, issuesOf(run)]).toEqual([404, 422, [['/claim', 'unknown_file']]])
  })

  test('bytes and record, when the table lets it go', async () => {
    const id = await uploaded()
    const row = (await getFile(faces.world, faces.acme.orgId, id)) as FileRow
    const other = faces.world.ids.uuid()
    await faces.world.db.send(
      new UpdateTimeToLiveCommand({
        TableName: faces.world.settings.table,
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      }),
    )
    await putFile(faces.world, { ...row, id: other, ttl: Math.floor(Date.now() / 1000) - 5 })

    expect(await objects()).toContain(id)
    await expect.poll(objects, { timeout: 8000 }).not.toContain(id)
    expect(await getFile(faces.world, faces.acme.orgId, other)).toBeNull()
  })
})
