import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allItems } from '../../all-items.ts'
import type { Sent } from '../../http/caller.ts'
import { password } from '../../tenants.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
/** What flows have sent out. */
const calls: { url: string; headers: Record<string, string> }[] = []
beforeAll(async () => {
  faces = await openFaces({
    outbound: async ({ url, headers = {} }) => {
      calls.push({ url, headers: headers as Record<string, string> })
      return { status: 200, headers: {}, body: '{}', durationMs: 1 }
    },
  })
})
afterAll(() => faces.close())

const send = (method: string, path: string, body?: unknown, as = faces.acme.token.admin) =>
  faces.send(method, `/api/v1/accounts${path}`, { as, body } satisfies Sent)
/** The request of the seed, with an e-mail of its own. */
const fresh = () => ({
  name: 'New Account',
  email: `new-${faces.world.ids.uuid()}@example.com`,
  password: 'your-password',
  role: 'user',
})

describe('accounts, as seed 003 prints them', () => {
  test('are made, read, changed, listed and deleted', async () => {
    const request = fresh()
    const made = await send('POST', '', request)
    const { password: _, ...shown } = request
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      ...shown,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    })
    const path = `/${made.body.id}`

    expect((await send('GET', path)).body).toEqual(made.body)
    const change = { name: 'Updated Account', email: request.email.replace('new', 'updated'), role: 'admin' }
    const changed = await send('PUT', path, { ...made.body, ...change })
    expect([changed.status, changed.body]).toEqual([200, { ...changed.body, id: made.body.id, ...change }])
    const { body } = await send('GET', '?role=admin&limit=1&offset=1')
    expect(body).toMatchObject({ accounts: [{ id: made.body.id }], total: 2, limit: 1, offset: 1 })
    expect((await send('DELETE', path)).body).toEqual({ message: 'Account deleted successfully' })
    expect((await send('GET', path)).status).toBe(404)
  })

  test('follow the cursor to the end', async () => {
    const ids: string[] = []
    for (let next: string | undefined = '?limit=1'; next; ) {
      const { body, headers } = await send('GET', next)
      ids.push(...body.accounts.map(({ id }: { id: string }) => id))
      next = /<[^?]*(\?[^>]*)>/.exec(headers.link ?? '')?.[1]
    }
    expect(new Set(ids)).toEqual(new Set(Object.values(faces.acme.account).map(({ id }) => id)))
  })

  test.each([
    [400, 'invalid_request', 'name', { ...{ name: undefined } }],
    [422, 'validation_error', 'email', { email: 'nobody' }],
    [422, 'validation_error', 'password', { password: 'short' }],
    [422, 'validation_error', 'role', { role: 'king' }],
    [422, 'validation_error', 'colour', { colour: 'red' }],
  ])('%i %s: %s', async (status, code, field, wrong) => {
    const answer = await send('POST', '', { ...fresh(), ...wrong })

    expect([answer.status, answer.body.error]).toMatchObject([status, { code, details: { field } }])
  })

  test('an e-mail that is taken, and the last admin: 409', async () => {
    const taken = await send('POST', '', { ...fresh(), email: 'ADMIN@acme.example' })
    const demoted = await send('PUT', '/me', { role: 'user' })

    expect(taken.body.error).toMatchObject({ code: 'conflict', details: { reason: 'email_taken' } })
    expect(demoted.body.error).toMatchObject({ code: 'conflict', details: { reason: 'last_admin' } })
  })

  test('one’s own is read and changed by everybody, but not its role, and the password only by who knows it', async () => {
    const as = faces.acme.token.viewer
    const own = await send('GET', '/me', undefined, as)
    expect(own.body.email).toBe('viewer@acme.example')
    expect((await send('GET', `/${own.body.id}`, undefined, as)).body).toEqual(own.body)
    expect((await send('PUT', '/me', { name: 'Vi' }, as)).body.name).toBe('Vi')
    expect((await send('PUT', '/me', { role: 'admin' }, as)).status).toBe(403)

    const next = 'another long password'
    const missing = await send('PUT', '/me', { password: next }, as)
    const wrong = await send('PUT', '/me', { password: next, current_password: 'no' }, as)
    expect([missing.status, missing.body.error.details.field]).toEqual([400, 'current_password'])
    expect([wrong.status, wrong.body.error.details.field]).toEqual([422, 'current_password'])
    // The reason named a member that this face does not have.
    expect(wrong.body.error.details.reason).toBe('the current password is wrong')
    const done = await send('PUT', '/me', { password: next, current_password: password }, as)
    expect(done.status).toBe(200)
    expect((await send('GET', '/me', undefined, as)).status).toBe(401)
  })

  test('a key has no own account', async () => {
    const key = await faces.acme.key('user', ['runs:read'])

    expect((await send('GET', `/${faces.acme.account.user.id}`, undefined, key)).status).toBe(403)
  })
})

describe('secrets, as seed 003 prints them', () => {
  const canary = 'canary-4d1f9a'
  const user = () => faces.acme.token.user
  const mine = () => `/${faces.acme.account.user.id}/secrets`

  test('are written, listed, rotated and deleted, and their values are never shown', async () => {
    const made = await send('POST', mine(), { key: 'NEW_API_KEY', value: canary }, user())
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      key: 'NEW_API_KEY',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    })
    expect((await send('GET', mine(), undefined, user())).body).toEqual({ secrets: [made.body] })
    expect((await send('POST', mine(), { key: 'NEW_API_KEY', value: 'b' }, user())).body.error).toMatchObject(
      {
        code: 'conflict',
        details: { reason: 'secret_exists' },
      },
    )
    const rotated = await send('PUT', `${mine()}/NEW_API_KEY`, { value: `${canary}-2` }, user())
    expect([rotated.status, rotated.body.created_at]).toEqual([200, made.body.created_at])
    expect((await send('PUT', `${mine()}/OTHER`, { value: 'x' }, user())).status).toBe(201)
    expect(JSON.stringify(await allItems(faces.world))).not.toContain(canary)
    for (const key of ['NEW_API_KEY', 'OTHER'])
      expect((await send('DELETE', `${mine()}/${key}`, undefined, user())).body).toEqual({
        message: 'Secret deleted successfully',
      })
    expect((await send('DELETE', `${mine()}/OTHER`, undefined, user())).status).toBe(404)
  })

  test('a flow of their account uses them, in both forms, else the organisation’s', async () => {
    await send('POST', '/me/secrets', { key: 'OWN', value: 'mine' }, user())
    const path = `/${faces.acme.orgId}/secrets`
    await send('POST', path, { key: 'OWN', value: 'everybody’s' })
    await send('POST', path, { key: 'SHARED', value: 'shared' })
    const flow = await faces.flow({
      metadata: { name: 'Calls' },
      nodes: {
        call: {
          type: 'http.request',
          params: {
            url: 'https://api.example.com/',
            headers: { 'x-own': '{{secrets.OWN}}', 'x-shared': 'Key ${secrets.SHARED}' },
          },
        },
      },
    })
    await faces.execute(flow)

    expect(calls.at(-1)?.headers).toMatchObject({ 'x-own': 'mine' })
    expect(
      (await send('GET', path, undefined, user())).body.secrets.map(({ key }: { key: string }) => key),
    ).toEqual(['OWN', 'SHARED'])
    expect((await send('POST', path, { key: 'NO', value: 'x' }, user())).status).toBe(403)
  })

  test.each([
    ['1KEY', 'x', 'key'],
    ['KEY', '', 'value'],
    ['KEY', 'x'.repeat(65_537), 'value'],
  ])('%s cannot be kept', async (key, value, field) => {
    const { status, body } = await send('POST', '/me/secrets', { key, value })

    expect([status, body.error.details.field]).toEqual([422, field])
  })

  // A key that is longer than the table takes was answered with 500.
  test.each(['NOT_THERE', 'no-such key', 'A'.repeat(3000)])(
    'of a key that no secret has: 404',
    async (key) => {
      const { status, body } = await send('DELETE', `/me/secrets/${encodeURIComponent(key)}`)

      expect([status, body.error.code]).toEqual([404, 'not_found'])
    },
  )

  test('100 of an account, and no more', async () => {
    const { body: made } = await send('POST', '', fresh())
    const path = `/${made.id}/secrets`
    for (let n = 0; n < 100; n++) await send('PUT', `${path}/KEY_${n}`, { value: 'x' })

    expect((await send('PUT', `${path}/KEY_100`, { value: 'x' })).body.error).toMatchObject({
      code: 'conflict',
      details: { reason: 'limit_reached' },
    })
    expect((await send('PUT', `${path}/KEY_1`, { value: 'y' })).status).toBe(200)
  })

  test('what another account has is 403, what another organisation has 404', async () => {
    const theirs = `/${faces.other.account.user.id}/secrets`

    expect((await send('GET', `/${faces.acme.account.admin.id}/secrets`, undefined, user())).status).toBe(403)
    expect((await send('GET', theirs)).status).toBe(404)
    expect((await send('GET', `/${faces.other.orgId}/secrets`)).status).toBe(404)
  })
})
