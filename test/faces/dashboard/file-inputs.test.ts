import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acceptInputs } from '../../../shared/core/accept-inputs.ts'
import { getFile } from '../../../shared/store/files.ts'
import {
  bytes,
  type FileFaces,
  fileCalls,
  form,
  issuesOf,
  none,
  openFileFaces,
  wish,
} from './files-fixture.ts'

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
