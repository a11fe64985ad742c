import { afterAll, beforeAll, expect, test } from 'vitest'
import { password } from '../../tenants.ts'
import { adding, asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const list = async (query = '') => {
  const { body } = await faces.send('GET', `/v1/audit${query}`, { as: faces.acme.token.admin })
  return body.data as {
    id: string
    at: string
    actor: string
    action: string
    target: string
    requestId: string
  }[]
}

test('who did what is told, newest first, with the request it came by', async () => {
  const flow = await faces.flow(adding)
  const login = { username: 'user@acme.example', password }
  const { headers } = await faces.send('POST', '/api/v1/auth/login', { body: login })
  await faces.send('POST', '/api/v1/accounts/me/secrets', {
    as: faces.acme.token.user,
    body: { key: 'KEY', value: 'canary' },
  })
  const entries = await list()

  expect(headers['request-id']).toBeDefined()
  expect(entries.slice(0, 2).map(({ action }) => action)).toEqual(['secret.written', 'session.opened'])
  expect(entries[0]).toMatchObject({
    actor: `user:${faces.acme.account.user.id}`,
    requestId: expect.any(String),
  })
  expect(await list(`?target=${flow}`)).toMatchObject([
    { action: 'flow.published' },
    { action: 'flow.created' },
  ])
  expect(JSON.stringify(entries)).not.toContain('canary')
})

test('answers to questions are told', async () => {
  const { body } = await faces.execute(await faces.flow(asking))
  const { waitId } = body.waitState
  const as = faces.acme.token.user
  await faces.send('POST', `/v1/waits/${waitId}/answer`, { as, body: { decision: 'approve' } })

  await expect
    .poll(() => list(`?target=${waitId}`))
    .toMatchObject([{ action: 'wait.answered', actor: `user:${faces.acme.account.user.id}` }])
})

test('by actor, kind and time, page by page', async () => {
  const all = await list('?limit=100')
  const pages: string[] = []
  for (let next: string | undefined = '?limit=2'; next; ) {
    const { body, headers } = await faces.send('GET', `/v1/audit${next}`, { as: faces.acme.token.admin })
    pages.push(...body.data.map(({ id }: { id: string }) => id))
    next = /<[^?]*(\?[^>]*)>/.exec(headers.link ?? '')?.[1]
  }
  const { at } = all[1]!

  expect(pages).toEqual(all.map(({ id }) => id))
  expect((await list('?action=session&limit=100')).every(({ action }) => action.startsWith('session.'))).toBe(
    true,
  )
  expect((await list(`?from=${at}&limit=100`)).map(({ id }) => id)).toEqual(
    all.filter((entry) => entry.at >= at).map(({ id }) => id),
  )
  expect(await list('?actor=user:nobody')).toEqual([])
})

// Whoever left out the milliseconds was told that his instant was none.
test.each([
  ['without milliseconds', (at: string) => at.replace(/\.\d{3}Z$/, 'Z')],
  ['in local time', (at: string) => `${at.slice(0, 19)}%2B00:00`],
])('an instant %s bounds the list', async (_form, written) => {
  const [newest] = await list('?limit=1')
  const second = written(newest!.at)

  expect((await list(`?from=${second}&limit=100`)).map(({ id }) => id)).toContain(newest!.id)
  expect((await list(`?to=${second}&limit=100`)).map(({ id }) => id)).not.toContain(newest!.id)
})

test('a run that somebody cancels is told with who it was, whichever face he came by', async () => {
  const flow = await faces.flow(asking)
  const as = faces.acme.token.user
  const byDashboard = (await faces.execute(flow)).body.appRunId
  const byRunner = (await faces.execute(flow)).body.appRunId
  await faces.send('POST', `/v1/flowrun/cancel/${byDashboard}`, { as, body: { reason: 'canary' } })
  await faces.send('DELETE', `/api/v1/executions/${byRunner}`, { as })
  // Cancelled before: nothing is done, and nothing told.
  await faces.send('POST', `/v1/flowrun/cancel/${byDashboard}`, { as })

  for (const run of [byDashboard, byRunner])
    expect(await list(`?target=${run}&action=run.cancelled`)).toMatchObject([
      { action: 'run.cancelled', actor: `user:${faces.acme.account.user.id}`, requestId: expect.any(String) },
    ])
  expect(JSON.stringify(await list())).not.toContain('canary')
})
