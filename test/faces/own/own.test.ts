import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adding, asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let as: string
beforeAll(async () => {
  faces = await openFaces()
  as = faces.acme.token.user
})
afterAll(() => faces.close())

test('health needs no credential and tells what is well', async () => {
  const shallow = await faces.send('GET', '/health')
  const deep = await faces.send('GET', '/health?deep=true')

  expect(shallow.body).toEqual({ status: 'ok', version: expect.any(String), time: expect.any(String) })
  expect(deep.body.status).toBe('ok')
  expect((await faces.send('GET', '/health?deep=yes')).status).toBe(400)
})

describe('the machine of a version', () => {
  test('is shown as the engine has it, for ever', async () => {
    const flow = await faces.flow(adding)
    const path = `/v1/flow/${flow}/versions/1/asl`
    const { body, headers } = await faces.send('GET', path, { as })
    const again = await faces.send('GET', path, { as, headers: { 'if-none-match': headers.etag! } })

    expect(body).toMatchObject({
      flowId: flow,
      version: 1,
      type: 'express',
      definition: { QueryLanguage: 'JSONata' },
    })
    expect(headers['cache-control']).toBe('private, max-age=31536000, immutable')
    expect(again.status).toBe(304)
    expect((await faces.send('GET', `${path}?type=standard`, { as })).body.type).toBe('standard')
  })

  test('is not kept if it was named as the latest', async () => {
    const flow = await faces.flow(adding)

    expect(
      (await faces.send('GET', `/v1/flow/${flow}/versions/latest/asl`, { as })).headers['cache-control'],
    ).toBe('no-store')
  })

  test('there is no express one of a flow that waits', async () => {
    const flow = await faces.flow(asking)
    const { status, body } = await faces.send('GET', `/v1/flow/${flow}/versions/1/asl?type=express`, { as })

    expect([status, body.code, body.reason]).toEqual([409, 'conflict', 'no_such_machine'])
  })
})

describe('API keys', () => {
  const make = (body: unknown, credential = as) =>
    faces.send('POST', '/v1/api-keys', { as: credential, body })

  test('are made, listed without their text, used and revoked', async () => {
    const made = await make({ name: 'CI', scopes: ['flows:read'], expiresAt: '2099-01-01T00:00:00Z' })
    const listed = await faces.send('GET', '/v1/api-keys', { as })
    const used = await faces.send('GET', '/v1/flow', { as: made.body.key })
    const revoked = await faces.send('DELETE', `/v1/api-keys/${made.body.id}`, { as })
    const after = await faces.send('GET', '/v1/flow', { as: made.body.key })

    expect(made.body.key).toMatch(/^pat_[0-9A-Za-z]{12}_[\w-]{43}$/)
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toContain(made.body.id)
    expect(listed.text).not.toContain(made.body.key)
    expect([used.status, revoked.status, revoked.text, after.status]).toEqual([200, 204, '', 401])
  })

  // An offset was refused, and what was taken was printed as it came.
  test.each(['2099-01-01T02:00:00+02:00', '2099-01-01T00:00:00Z'])(
    'expire at %s, told in UTC with milliseconds',
    async (expiresAt) => {
      const { status, body } = await make({ name: 'CI', scopes: ['flows:read'], expiresAt })

      expect([status, body.expiresAt]).toEqual([201, '2099-01-01T00:00:00.000Z'])
    },
  )

  test.each([
    [{ scopes: ['flows:read'] }, '#/name'],
    [{ name: 'a', scopes: [] }, '#/scopes'],
    [{ name: 'a', scopes: ['everything'] }, '#/scopes/0'],
    [{ name: 'a', scopes: ['accounts:admin'] }, '#/scopes/0'],
    [{ name: 'a', scopes: ['flows:read'], expiresAt: 'soon' }, '#/expiresAt'],
    [{ name: 'a', scopes: ['flows:read'], orgId: 'x' }, '#/orgId'],
  ])('K11 %j is 422', async (body, pointer) => {
    const answer = await make(body)

    expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed'])
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
  })

  test('are the business of admins where they are somebody else’s', async () => {
    const { body } = await make({ name: 'CI', scopes: ['flows:read'] })
    const { viewer, admin } = faces.acme.token
    const all = await faces.send('GET', '/v1/api-keys?all=true', { as: admin })

    expect((await faces.send('DELETE', `/v1/api-keys/${body.id}`, { as: viewer })).status).toBe(403)
    expect((await faces.send('GET', '/v1/api-keys?all=true', { as: viewer })).status).toBe(403)
    expect(all.body.data.map(({ id }: { id: string }) => id)).toContain(body.id)
    expect((await faces.send('DELETE', `/v1/api-keys/${body.id}`, { as: admin })).status).toBe(204)
  })
})

test('a problem document says what is wrong, where, and under which request', async () => {
  const { body, headers } = await faces.send('GET', '/v1/api-keys?limit=0', { as })

  expect(headers['content-type']).toBe('application/problem+json')
  expect(body).toEqual({
    type: 'http://127.0.0.1:8080/problems/invalid_request',
    title: 'The request is not right',
    status: 400,
    detail: expect.any(String),
    instance: '/v1/api-keys',
    code: 'invalid_request',
    requestId: headers['request-id'],
    retryable: false,
    errors: [{ pointer: '?limit', code: 'custom', detail: expect.any(String) }],
  })
})

test.each(['/', '/v1', '/v1/wait', '/problems', '/openapi.yaml'])('%s does not exist', async (path) => {
  const { status, body } = await faces.send('GET', path, { as })

  expect([status, body.code]).toEqual([404, 'not_found'])
})
