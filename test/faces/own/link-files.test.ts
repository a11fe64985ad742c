import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getFile } from '../../../shared/store/files.ts'
import type { JsonObject } from '../../../shared/world.ts'
import {
  bytes,
  type FileFaces,
  fileCalls,
  form,
  issuesOf,
  none,
  openFileFaces,
  wish,
} from '../dashboard/files-fixture.ts'
import { asks, linkCalls, nonceIn } from './links-fixture.ts'

let faces: FileFaces
let as: string
beforeAll(async () => {
  faces = await openFileFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

const filename = 'Claim ü.pdf'
const { announced, uploaded } = fileCalls(() => faces)
const { asked, look } = linkCalls(() => faces)
const asking = (more: JsonObject = {}) =>
  asks({
    form: [
      { name: 'contract', type: 'file', required: true, ...more },
      { name: 'limit', type: 'number' },
    ],
  })
const usesOf = async (id: string) => (await getFile(faces.world, faces.acme.orgId, id))?.runs
const outputOf = async (run: string): Promise<JsonObject> => {
  const read = async () => (await faces.send('GET', `/v1/runs/${run}`, { as })).body
  await expect.poll(async () => (await read()).status).toBe('completed')
  return (await read()).output
}

describe('a file that an approval asks for', () => {
  const approve = (run: string, contract: unknown, by = as) =>
    faces.send('POST', `/v1/flowrun/resume/${run}`, {
      as: by,
      body: { decision: 'approve', form: { contract } },
    })

  test('is told by name, type and size, and kept for as long as the run, once', async () => {
    const id = await uploaded()
    const { run } = await asked(asking())
    const statuses = [await approve(run, { fileId: id }), await approve(run, { fileId: id })]

    expect(statuses.map(({ status }) => status)).toEqual([200, 200])
    expect((await outputOf(run)).form).toEqual({ contract: { fileId: id, ...wish }, limit: null })
    expect(await usesOf(id)).toBe(1)
  })

  test('must be one of the organisation that is there; the wait stays open', async () => {
    const { fileId: pending } = await announced()
    const theirs = await faces.send('POST', '/v1/flow/file', { as: faces.other.token.user, body: wish })
    const { run, read } = await asked(asking())

    for (const [contract, code] of [
      [pending, 'file_not_uploaded'],
      [none, 'unknown_file'],
      ['../../META', 'unknown_file'],
      [theirs.body.fileId, 'unknown_file'],
      [7, 'invalid_type'],
    ]) {
      const answer = await approve(run, contract)
      expect([answer.status, issuesOf(answer)]).toEqual([422, [['/form/contract', code]]])
    }
    expect((await read()).status).toBe('open')
  })

  test('that is sensitive is sealed like any other', async () => {
    const id = await uploaded()
    const { run } = await asked(asking({ sensitive: true }))
    await approve(run, id)

    expect(JSON.stringify(await outputOf(run))).not.toContain(id)
    expect(await usesOf(id)).toBe(1)
  })

  test('need not be given where the author has one', async () => {
    const { run } = await asked(asking({ default: { fileId: none } }))
    await approve(run, undefined)

    expect((await outputOf(run)).form).toEqual({ contract: { fileId: none }, limit: null })
  })
})

describe('the page of a link that asks for a file', () => {
  type Parts = Parameters<typeof form>[0]
  const sendForm = async (path: string, parts: Parts) => {
    const made = new Response(form(parts))
    const headers = { 'content-type': made.headers.get('content-type')!, 'sec-fetch-site': 'same-origin' }
    // Node leaves an empty name out; browsers send one for a field of which no file was chosen.
    const text = (await made.text()).replace(
      /(name="form.contract")\r\nContent-Type: .*\r\n\r\n\r\n/,
      '$1; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n',
    )
    return await faces.send('POST', path, { body: Buffer.from(text), headers })
  }
  const submit = async (path: string, parts: Parts) => {
    const nonce = nonceIn((await look(path)).text)
    return await sendForm(path, [['nonce', nonce], ...parts])
  }
  const decided: Parts[number] = ['decision', 'approve']
  const contract = (text = bytes, name = filename): Parts[number] => [
    ...(['form.contract', new Blob([text], { type: wish.contentType }), name] as const),
  ]

  test('takes it with the answer', async () => {
    const { run, open } = await asked(asking())
    const { id: link, path } = await open()
    const { text } = await look(path)
    expect(text).toContain('enctype="multipart/form-data"')
    expect(text).toMatch(/<input type="file" id="field-contract" name="form.contract"[^>]* required>/)

    expect((await submit(path, [contract(), ['form.limit', '5'], decided])).status).toBe(303)
    const told = (await outputOf(run)).form as { contract: JsonObject }
    expect(told).toEqual({ contract: { fileId: expect.any(String), ...wish, filename }, limit: 5 })
    const file = await getFile(faces.world, faces.acme.orgId, told.contract.fileId as string)
    expect(file).toMatchObject({ runs: 1, status: 'ready', createdBy: `link:${link}` })
    const { body } = await faces.send('GET', `/v1/flow/file/${file?.id}`, { as })
    expect(await (await fetch(body.downloadUrl)).text()).toBe(bytes)
  })

  test('keeps it when something else is wrong', async () => {
    const { run, open } = await asked(asking())
    const { path } = await open()
    const { status, text } = await submit(path, [contract(), ['form.limit', 'many'], decided])
    const kept = /<input type="hidden" name="form.contract" value="([^"]+)">/.exec(text)?.[1] ?? ''
    expect([status, kept]).toEqual([422, expect.stringMatching(/^[0-9a-f-]{36}$/)])

    // A browser sends the field that was left alone as a file without a name.
    const again = await submit(path, [
      ['form.contract', kept],
      contract('', ''),
      ['form.limit', '5'],
      decided,
    ])
    expect(again.status).toBe(303)
    expect((await outputOf(run)).form).toMatchObject({ contract: { fileId: kept }, limit: 5 })
  })

  test('takes no file of anybody else', async () => {
    const { open, read } = await asked(asking())
    const { path } = await open()
    const { status, text } = await submit(path, [['form.contract', await uploaded()], decided])

    expect([status, text.includes('names no file that can be used here')]).toEqual([422, true])
    expect((await read()).status).toBe('open')
  })

  test.each<[string, Parts, number, string]>([
    ['an empty file', [contract('')], 422, 'the file is empty'],
    ['a name that is a place', [contract('x', '../x')], 422, 'must be a name without /'],
    ['a file where none is asked for', [['form.limit', new Blob(['x']), 'x']], 422, 'no file field limit'],
    ['a file that is too large', [contract('x'.repeat(4 * 1024 * 1024 + 1))], 413, 'at most 4194304 bytes'],
    ['a long comment', [contract(), ['message', 'x'.repeat(64 * 1024 + 1)]], 413, 'at most 65536 bytes'],
    ['no file', [['form.limit', '5']], 422, 'contract is required'],
  ])('refuses %s and stays open', async (_, parts, expected, says) => {
    const { open, read } = await asked(asking())
    const { path } = await open()
    const { status, text, headers } = await submit(path, [...parts, decided])

    expect([status, text.includes(says)]).toEqual([expected, true])
    // Who sent it sits before a page.
    expect(headers['content-type']).toContain('text/html')
    expect((await read()).status).toBe('open')
  })

  test('takes nothing without its nonce', async () => {
    const { open } = await asked(asking())
    const { path } = await open()
    const files = async () => (await faces.send('GET', `/api/flows/${faces.claiming}/files`, { as })).body
    const before = await files()
    const { status } = await sendForm(path, [contract(), decided])

    expect(status).toBe(403)
    expect(await files()).toEqual(before)
  })
})
