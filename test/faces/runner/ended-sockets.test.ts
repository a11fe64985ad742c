import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../../shared/aws/clock.ts'
import { admit } from '../../../shared/core/sockets.ts'
import { password } from '../../tenants.ts'
import { asking } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

let faces: Faces
let run: string
let ahead = 0
beforeAll(async () => {
  faces = await openFaces({ clock: { ...systemClock, now: () => Date.now() + ahead } })
  run = (await faces.execute(await faces.flow(asking))).body.appRunId
})
afterAll(() => faces.close())

let accounts = 0
/** Somebody new, who signs in twice and makes a key. */
async function join() {
  const as = faces.acme.token.admin
  const body = { name: 'Bo', email: `bo-${++accounts}@acme.example`, password, role: 'user' }
  const { id } = (await faces.send('POST', '/api/v1/accounts', { as, body })).body
  const login = async () => {
    const sent = { body: { username: body.email, password } }
    return (await faces.send('POST', '/api/v1/auth/login', sent)).body.token as string
  }
  const token = await login()
  const wish = { name: 'Watch', scopes: ['runs:read'] }
  const made = (await faces.send('POST', '/v1/api-keys', { as: token, body: wish })).body
  return {
    id: id as string,
    token,
    another: await login(),
    key: made.key as string,
    keyId: made.id as string,
  }
}
type Person = Awaited<ReturnType<typeof join>>

let sockets = 0
async function watch(credential: string) {
  const id = `socket${++sockets}=`
  await admit(faces.world, {
    connectionId: id,
    headers: { authorization: `Bearer ${credential}` },
    query: { execution_id: [run] },
  })
  const watcher = faces.connections.connect(id)
  await vi.waitFor(() => expect(watcher.texts.length).toBeGreaterThan(0), { interval: 2 })
  return watcher
}

const send = (method: string, path: string, as: string, body?: unknown) =>
  faces.send(method, path, { as, ...(body === undefined ? {} : { body }) })
const change = (body: object) => (person: Person) =>
  send('PUT', `/api/v1/accounts/${person.id}`, faces.acme.token.admin, body)

type Ending = [
  name: string,
  end: (person: Person) => Promise<unknown>,
  ended: ('token' | 'another' | 'key')[],
]

test.each<Ending>([
  ['a logout', ({ token }) => send('POST', '/api/v1/auth/logout', token), ['token']],
  [
    'a token that is used after it was refreshed',
    async ({ token }) => {
      expect((await send('POST', '/api/v1/auth/refresh', token)).status).toBe(200)
      ahead += 61_000
      expect((await send('POST', '/api/v1/auth/refresh', token)).status).toBe(401)
    },
    ['token'],
  ],
  ['another role', change({ role: 'viewer' }), ['token', 'another']],
  ['another password', change({ password: 'another long password' }), ['token', 'another']],
  [
    'the end of the account',
    ({ id }) => send('DELETE', `/api/v1/accounts/${id}`, faces.acme.token.admin),
    ['token', 'another', 'key'],
  ],
  ['a key that is revoked', ({ keyId, token }) => send('DELETE', `/v1/api-keys/${keyId}`, token), ['key']],
])(
  'B4 P13 %s closes the open sockets that came with it within a second, and no others',
  async (_, end, ended) => {
    const person = await join()
    const all = ['token', 'another', 'key'] as const
    const watchers = {
      token: await watch(person.token),
      another: await watch(person.another),
      key: await watch(person.key),
    }
    const somebody = await watch(faces.acme.token.user)
    await end(person)
    const isClosed = () => all.filter((name) => watchers[name].closed)

    await vi.waitFor(() => expect(isClosed()).toEqual(ended), { timeout: 1000, interval: 5 })
    for (const name of ended) {
      expect(JSON.parse(watchers[name].texts.at(-1)!)).toMatchObject({
        ...{ type: 'closing', execution_id: run, code: 4401, reason: 'session_ended' },
      })
      await expect(watch(person[name])).rejects.toMatchObject({ code: 'unauthorized' })
      for (const path of ['/api/v1/executions', `/v1/runs/${run}`, `/v1/flowrun/details/${run}`])
        expect((await send('GET', path, person[name])).status).toBe(401)
    }
    expect([isClosed(), somebody.closed]).toEqual([ended, false])
  },
)
