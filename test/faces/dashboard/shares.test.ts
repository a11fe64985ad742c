import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../shared/world.ts'
import { allItems } from '../../all-items.ts'
import { adding, asking, calling } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const form = [{ type: 'form' }]
const manage = (method: string, path: string, body?: unknown, as = faces.acme.token.user) =>
  faces.send(method, `/v1/flow/${path}`, { as, ...(body === undefined ? {} : { body }) })
const shareOf = async (definition: JsonObject, wish: JsonObject = {}) => {
  const flow = await faces.flow({ ...definition, triggers: form })
  const { body } = await manage('POST', `${flow}/share`, wish)
  return { flow, token: body.token as string, id: body._id as string, share: body }
}
const execute = (token: string, body: unknown = {}, more: Parameters<Faces['send']>[2] = {}) =>
  faces.send('POST', `/v1/flow/share/execute/${token}`, { body, ...more })
const withToken = (resume: string, method: string, path: string, body?: unknown) =>
  faces.send(method, path, { headers: { 'resume-token': resume }, ...(body === undefined ? {} : { body }) })

describe('a share', () => {
  test('is made with a token that is shown once and stored nowhere', async () => {
    const { flow, token, id, share } = await shareOf(adding, { name: 'Website' })

    expect(token).toMatch(/^shr_[\w-]{43}$/)
    expect(share).toMatchObject({
      name: 'Website',
      tokenHint: `…${token.slice(-4)}`,
      runs: 0,
      disabled: false,
    })
    expect(share.url).toContain(token)
    const { body } = await manage('GET', `${flow}/share`)
    expect(body.data).toMatchObject([{ _id: id, name: 'Website' }])
    expect(body.data[0]).not.toHaveProperty('token')
    expect(JSON.stringify(await allItems(faces.world))).not.toContain(token.slice(4))
  })

  test('shows its form to whoever has the token: no steps, no ids', async () => {
    const { flow, token } = await shareOf(adding)
    const { status, body, text } = await faces.send('GET', `/v1/flow/share/${token}`)

    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'Renewal risk',
      version: 1,
      inputs: [{ name: 'customerId', type: 'text', required: true }, { name: 'topic' }],
      requiresFile: false,
    })
    expect(text).not.toContain(flow)
  })

  test('runs the flow as the client route does, and counts', async () => {
    const { flow, id, token } = await shareOf(adding)
    const done = await execute(token, { customerId: 'cus_123' })
    const refused = await execute(token, {})

    expect([done.status, done.body]).toEqual([200, { summary: 'Renewal risk is low', score: 82 }])
    expect([refused.status, refused.body.error.details.issues[0].path]).toEqual([422, '/customerId'])
    const { body } = await manage('GET', `${flow}/share`)
    expect(body.data).toMatchObject([{ _id: id, runs: 1, lastUsedAt: expect.any(String) }])
    const as = faces.acme.token.user
    const run = await faces.send('GET', `/v1/flowrun/details/${done.headers['sluice-run-id']}`, { as })
    expect(run.body).toMatchObject({ triggerType: 'form', createdBy: `share:${id}` })
  })

  test('of 16 at once no more begin than there may be', async () => {
    const { flow, token } = await shareOf(adding, { maxRuns: 5 })
    const all = await Promise.all(Array.from({ length: 16 }, () => execute(token, { customerId: 'a' })))

    expect(all.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(all.filter(({ status }) => status === 404)).toHaveLength(11)
    expect((await manage('GET', `${flow}/share`)).body.data[0].runs).toBe(5)
  })

  test('may be pinned to a version', async () => {
    const { flow, token } = await shareOf(adding, { version: 1 })
    await manage('PATCH', flow, {
      definition: { ...adding, triggers: form, nodes: { end: { type: 'final', params: { output: 'new' } } } },
    })
    await manage('POST', `${flow}/publish`)
    const latest = (await manage('POST', `${flow}/share`, {})).body.token

    expect((await execute(token, { customerId: 'cus_123' })).body).toMatchObject({ score: 82 })
    expect((await execute(latest, { customerId: 'a' })).body).toBe('new')
  })
})

describe('one 404 for every cause', () => {
  const cases: [string, () => Promise<string>][] = [
    ['unknown', async () => `shr_${'a'.repeat(43)}`],
    ['no token at all', async () => 'shr_short'],
    [
      'revoked',
      async () => {
        const { flow, id, token } = await shareOf(adding)
        await manage('DELETE', `${flow}/share/${id}`)
        return token
      },
    ],
    [
      'disabled',
      async () => {
        const { flow, id, token } = await shareOf(adding)
        await manage('PATCH', `${flow}/share/${id}`, { disabled: true })
        return token
      },
    ],
    [
      'used up',
      async () => {
        const { token } = await shareOf(adding, { maxRuns: 1 })
        await execute(token, { customerId: 'a' })
        return token
      },
    ],
    [
      'of a deleted flow',
      async () => {
        const { flow, token } = await shareOf(adding)
        await manage('DELETE', flow)
        return token
      },
    ],
    [
      'of a flow that nothing of is published',
      async () => {
        const { flow, token } = await shareOf(adding)
        await manage('POST', `${flow}/versions/1/unpublish`, {})
        return token
      },
    ],
  ]

  test.each(cases)('%s', async (_what, make) => {
    const token = await make()
    const [read, run] = [
      await faces.send('GET', `/v1/flow/share/${token}`),
      await execute(token, { customerId: 'a' }),
    ]
    const unknown = await faces.send('GET', `/v1/flow/share/shr_${'b'.repeat(43)}`)
    const plain = ({ body }: { body: { error: JsonObject } }) => ({
      ...body.error,
      requestId: '',
      message: '',
    })

    expect([read.status, run.status]).toEqual([404, 404])
    expect(plain(read)).toEqual(plain(unknown))
  })

  test('a share token opens nothing else', async () => {
    const { flow, token } = await shareOf(adding)

    expect((await faces.send('GET', `/v1/flow/${flow}`, { as: token })).status).toBe(401)
  })

  test('its time is over', async () => {
    const soon = new Date(faces.world.clock.now() + 300).toISOString()
    const { token } = await shareOf(adding, { expiresAt: soon })
    await expect.poll(async () => (await faces.send('GET', `/v1/flow/share/${token}`)).status).toBe(404)
    expect((await execute(token, { customerId: 'a' })).status).toBe(404)
  })
})

describe('what is refused when managing', () => {
  test('a flow without form trigger, and one that is not published', async () => {
    const flow = await faces.flow({ ...asking })
    const refused = await manage('POST', `${flow}/share`, {})
    expect(refused.body.error).toMatchObject({ code: 'conflict', details: { reason: 'trigger_not_enabled' } })
    const draft = (await manage('POST', '', { definition: adding }).catch(() => null)) ?? null
    expect(draft === null || draft.status === 404).toBe(true)
  })

  test.each([
    [{ expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    [{ maxRuns: 0 }, '/maxRuns'],
    [{ colour: 'red' }, '/colour'],
  ])('%j', async (wish, path) => {
    const flow = await faces.flow({ ...adding, triggers: form })
    const { status, body } = await manage('POST', `${flow}/share`, wish)

    expect([status, body.error.details.issues[0].path]).toEqual([422, path])
  })

  test('the 51st of a flow', async () => {
    const flow = await faces.flow({ ...adding, triggers: form })
    for (let n = 0; n < 50; n++) await manage('POST', `${flow}/share`, {})

    expect((await manage('POST', `${flow}/share`, {})).body.error).toMatchObject({
      code: 'conflict',
      details: { reason: 'limit_reached', limit: 50 },
    })
  })
})

test('20 executions a minute from one address, then 429', async () => {
  const { token } = await shareOf(adding)
  const all = []
  for (let n = 0; n < 22; n++)
    all.push(await execute(token, { customerId: 'a' }, { address: '198.51.100.9' }))
  const refused = all.filter(({ status }) => status === 429)

  // A minute may end in between.
  expect(refused.length).toBeLessThanOrEqual(2)
  if (refused.length > 0) expect(refused[0]!.headers['retry-after']).toMatch(/^\d+$/)
  expect((await execute(token, { customerId: 'a' }, { address: '198.51.100.10' })).status).toBe(200)
})

describe('the resume token of a share-started run', () => {
  test('reads and answers that run, whatever becomes of the share', async () => {
    const { flow, id, token } = await shareOf(calling)
    const { body } = await execute(token)
    expect(body).toMatchObject({ status: 'waiting', pendingAction: { type: 'client-tool' } })
    await manage('DELETE', `${flow}/share/${id}`)

    const poll = await withToken(body.resumeToken, 'GET', `/v1/flowrun/poll/${body.appRunId}`)
    expect(poll.body.status).toBe('waiting')
    const done = await withToken(body.resumeToken, 'POST', `/v1/flowrun/resume/${body.appRunId}`, {
      toolResult: { success: true, output: { name: 'Ann' } },
    })
    expect([done.status, done.body]).toMatchObject([200, { status: 'completed', output: { name: 'Ann' } }])
    const as = faces.acme.token.user
    const wait = await faces.send('GET', `/v1/waits?runId=${body.appRunId}&status=answered`, { as })
    expect(wait.body.data[0].answeredBy).toBe(`share:${id}`)
  })

  test('opens no other run and no other route', async () => {
    const { token } = await shareOf(calling)
    const [one, two] = [(await execute(token)).body, (await execute(token)).body]

    expect((await withToken(one.resumeToken, 'GET', `/v1/flowrun/poll/${two.appRunId}`)).status).toBe(404)
    expect((await withToken(one.resumeToken, 'GET', `/v1/flowrun/details/${one.appRunId}`)).status).toBe(401)
    expect((await withToken(`rsm_${'a'.repeat(43)}`, 'GET', `/v1/flowrun/poll/${one.appRunId}`)).status).toBe(
      401,
    )
    const both = await faces.send('GET', `/v1/flowrun/poll/${one.appRunId}`, {
      as: faces.acme.token.user,
      headers: { 'resume-token': one.resumeToken },
    })
    expect([both.status, both.body.error.code]).toEqual([400, 'invalid_request'])
  })

  test('decides an approval only if the share allows it and nobody is named; else it is not even shown', async () => {
    const strict = (await execute((await shareOf(asking)).token)).body
    expect(strict.pendingAction).toMatchObject({ type: 'user-approval', options: ['approve', 'reject'] })
    expect(strict.pendingAction).not.toHaveProperty('message')
    const path = `/v1/flowrun/resume/${strict.appRunId}`
    expect((await withToken(strict.resumeToken, 'POST', path, { decision: 'approve' })).status).toBe(403)

    const open = (await execute((await shareOf(asking, { allowApproval: true })).token)).body
    expect(open.pendingAction.message).toBe('Renew ?')
    const done = await withToken(open.resumeToken, 'POST', `/v1/flowrun/resume/${open.appRunId}`, {
      decision: 'approve',
    })
    expect(done.body).toMatchObject({ status: 'completed' })
  })

  test('is given again to a request that is repeated with its key', async () => {
    const { flow, token } = await shareOf(calling)
    const headers = { 'idempotency-key': 'once' }
    const [one, two] = [await execute(token, {}, { headers }), await execute(token, {}, { headers })]

    expect(two.body).toMatchObject({ appRunId: one.body.appRunId, resumeToken: one.body.resumeToken })
    expect(two.headers['idempotency-replayed']).toBe('true')
    expect((await manage('GET', `${flow}/share`)).body.data[0].runs).toBe(1)
  })

  test('any page may use it: its routes answer every origin without credentials', async () => {
    const { token } = await shareOf(calling)
    const { body } = await execute(token)
    const headers = { origin: 'https://anywhere.example', 'access-control-request-method': 'POST' }
    for (const path of [`/v1/flow/share/execute/${token}`, `/v1/flowrun/resume/${body.appRunId}`]) {
      const answer = await faces.send('OPTIONS', path, { headers })

      expect(answer.headers['access-control-allow-origin']).toBe('*')
      expect(answer.headers['access-control-allow-headers']).toContain('resume-token')
    }
  })
})
