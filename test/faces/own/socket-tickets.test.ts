import { afterAll, beforeAll, expect, test } from 'vitest'
import { asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let run: string
beforeAll(async () => {
  faces = await openFaces()
  run = (await faces.execute(await faces.flow(asking))).body.appRunId
})
afterAll(() => faces.close())

const ask = (body: unknown, as = faces.acme.token.viewer, headers = {}) =>
  faces.send('POST', '/v1/socket-tickets', { as, body, headers })

test('a ticket is made for a run that one may read, for a minute', async () => {
  const { status, body } = await ask({ runId: run })

  expect([status, Object.keys(body)]).toEqual([201, ['ticket', 'expiresAt']])
  expect(body.ticket).toMatch(/^tkt_[\w-]{43}$/)
  expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(55_000)
  expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
})

test('a run of another organisation does not exist, just as one that nobody has', async () => {
  const theirs = await ask({ runId: run }, faces.other.token.admin)
  const nobodys = await ask({ runId: '00000000-0000-4000-8000-000000000000' })

  expect([theirs.status, nobodys.status]).toEqual([404, 404])
  expect(theirs.body.code).toBe('not_found')
})

test('a body without a run, or with more, is refused at its place', async () => {
  const [missing, more] = [await ask({}), await ask({ runId: run, orgId: faces.other.orgId })]

  expect([missing.status, more.status]).toEqual([422, 422])
  expect(missing.body.errors).toMatchObject([{ pointer: '#/runId' }])
  expect(more.body.errors).toMatchObject([{ pointer: '#/orgId' }])
})

test('the same Idempotency-Key gives the same ticket, which still opens once', async () => {
  const headers = { 'idempotency-key': 'once' }
  const [first, again] = [
    await ask({ runId: run }, faces.acme.token.user, headers),
    await ask({ runId: run }, faces.acme.token.user, headers),
  ]

  expect(again.body).toEqual(first.body)
  expect(again.headers['idempotency-replayed']).toBe('true')
})
