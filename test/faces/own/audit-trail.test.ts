import { afterAll, beforeAll, expect, test } from 'vitest'
import { operate } from '../../../shared/core/operate.ts'
import type { JsonObject } from '../../../shared/world.ts'
import type { Answer } from '../../http/caller.ts'
import { password } from '../../tenants.ts'
import { adding, asking, resting } from '../flows-of-tests.ts'
import { type Faces, openFaces } from '../open-faces.ts'

// Every action of conventions.md §9, and that it leaves exactly one entry that says who, what and to what.

let faces: Faces
beforeAll(async () => {
  faces = await openFaces()
})
afterAll(() => faces.close())

const call = (method: string, path: string, body?: unknown, as = faces.acme.token.admin) =>
  faces.send(method, path, {
    as,
    headers: { 'if-match': '*' },
    ...(body === undefined ? {} : { body }),
  })
const entriesOf = async (action: string, target: string) => {
  const path = `/v1/audit?action=${action}&target=${encodeURIComponent(target)}`
  return (await call('GET', path)).body.data as JsonObject[]
}
const login = (email: string, given = password) =>
  faces.send('POST', '/api/v1/auth/login', { body: { username: email, password: given } })
const sidOf = ({ body }: Answer) =>
  JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString()).sid as string
const flow = () => faces.flow(adding, faces.acme.token.admin)
const me = () => `user:${faces.acme.account.admin.id}`

let people = 0
async function person() {
  const email = `person-${++people}@acme.example`
  const made = await call('POST', '/api/v1/accounts', { name: 'P', email, password, role: 'user' })
  return { id: made.body.id as string, email }
}
async function waiting(params: JsonObject = {}, more: JsonObject = {}) {
  const ask = { type: 'approval', params: { message: 'Go?', onTimeout: 'fail', ...params }, ...more }
  const id = await faces.flow({ ...asking, nodes: { ask } }, faces.acme.token.admin)
  const { body } = await call('POST', `/v1/client/flow/${id}/execute`, {})
  return { wait: body.waitState.waitId as string, run: body.appRunId as string }
}
async function share(id: string) {
  return (await call('POST', `/v1/flow/${id}/share`, {})).body._id as string
}
async function version(id: string) {
  await call('PATCH', `/v1/flow/${id}`, { definition: { ...adding, metadata: { name: 'Two' } } })
  await call('POST', `/v1/flow/${id}/publish`, {})
}

/** Does something, and names what it was done to, and by whom if not by the admin. */
type Deed = [action: string, work: () => Promise<{ target: string; actor?: string }>]

const deeds: Deed[] = [
  [
    'session.opened',
    async () => {
      const { id, email } = await person()
      return { target: sidOf(await login(email)), actor: `user:${id}` }
    },
  ],
  [
    'session.refused',
    async () => {
      const { id, email } = await person()
      await login(email, 'a wrong password')
      return { target: id, actor: 'system' }
    },
  ],
  [
    'session.revoked',
    async () => {
      const { id, email } = await person()
      const opened = await login(email)
      await call('POST', '/api/v1/auth/logout', undefined, opened.body.token)
      return { target: sidOf(opened), actor: `user:${id}` }
    },
  ],
  ['account.created', async () => ({ target: (await person()).id })],
  [
    'account.changed',
    async () => {
      const { id } = await person()
      await call('PUT', `/api/v1/accounts/${id}`, { role: 'viewer' })
      return { target: id }
    },
  ],
  [
    'account.deleted',
    async () => {
      const { id } = await person()
      await call('DELETE', `/api/v1/accounts/${id}`)
      return { target: id }
    },
  ],
  [
    'account.password_reset',
    async () => {
      const { id, email } = await person()
      await operate(faces.world, { do: 'reset-password', email })
      return { target: id, actor: 'system' }
    },
  ],
  [
    'key.created',
    async () => ({
      target: (await call('POST', '/v1/api-keys', { name: 'K', scopes: ['runs:read'] })).body.id,
    }),
  ],
  [
    'key.revoked',
    async () => {
      const { body } = await call('POST', '/v1/api-keys', { name: 'K', scopes: ['runs:read'] })
      await call('DELETE', `/v1/api-keys/${body.id}`)
      return { target: body.id }
    },
  ],
  [
    'organisation.changed',
    async () => {
      await call('PATCH', '/v1/organisation', { name: 'Acme, renamed' })
      return { target: faces.acme.orgId }
    },
  ],
  ['flow.created', async () => ({ target: await flow() })],
  [
    'flow.changed',
    async () => {
      const target = await flow()
      await call('PATCH', `/v1/flow/${target}`, { description: 'Other' })
      return { target }
    },
  ],
  [
    'flow.deleted',
    async () => {
      const target = await flow()
      await call('DELETE', `/v1/flow/${target}`)
      return { target }
    },
  ],
  ['flow.published', async () => ({ target: await flow() })],
  [
    'flow.rolled_back',
    async () => {
      const target = await flow()
      await version(target)
      await call('POST', `/v1/flow/${target}/versions/1/rollback`, {})
      return { target }
    },
  ],
  [
    'flow.unpublished',
    async () => {
      const target = await flow()
      await call('POST', `/v1/flow/${target}/versions/1/unpublish`, {})
      return { target }
    },
  ],
  [
    'share.created',
    async () => {
      const target = await flow()
      await share(target)
      return { target }
    },
  ],
  [
    'share.changed',
    async () => {
      const target = await flow()
      await call('PATCH', `/v1/flow/${target}/share/${await share(target)}`, { name: 'Other' })
      return { target }
    },
  ],
  [
    'share.revoked',
    async () => {
      const target = await flow()
      await call('DELETE', `/v1/flow/${target}/share/${await share(target)}`)
      return { target }
    },
  ],
  [
    'schedule.set',
    async () => {
      const target = await flow()
      const wish = { cron: '0 * * * *', data: { inputs: { customerId: 'a' } } }
      await call('POST', `/v1/flow/${target}/schedule`, wish)
      return { target }
    },
  ],
  [
    'schedule.cancelled',
    async () => {
      const target = await flow()
      const wish = { cron: '0 * * * *', data: { inputs: { customerId: 'a' } } }
      await call('POST', `/v1/flow/${target}/schedule`, wish)
      await call('POST', `/v1/flow/${target}/schedule-cancel`, {})
      return { target }
    },
  ],
  [
    'run.cancelled',
    async () => {
      const id = await faces.flow(resting, faces.acme.token.admin)
      const { body } = await call('POST', `/api/v1/flows/${id}/run`, {})
      await call('DELETE', `/api/v1/executions/${body.execution_id}`)
      return { target: body.execution_id }
    },
  ],
  [
    'run.deleted',
    async () => {
      const body = { flow_id: await flow(), input: { customerId: 'a' } }
      const made = await call('POST', '/api/flow-executions?wait=20', body)
      await call('DELETE', `/api/flow-executions/${made.body.id}`)
      return { target: made.body.id }
    },
  ],
  [
    'wait.answered',
    async () => {
      const { wait } = await waiting()
      await call('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })
      return { target: wait }
    },
  ],
  [
    'wait.refused',
    async () => {
      const { wait } = await waiting({ approvers: ['user@acme.example'] })
      const refused = await call('POST', `/v1/waits/${wait}/answer`, { decision: 'approve' })
      expect(refused.status).toBe(403)
      return { target: wait }
    },
  ],
  [
    'wait.expired',
    async () => {
      const { wait } = await waiting({}, { timeoutSeconds: 1 })
      return { target: wait, actor: 'timer' }
    },
  ],
  [
    'wait.linked',
    async () => {
      const { wait } = await waiting()
      await call('POST', `/v1/waits/${wait}/links`, {})
      return { target: wait }
    },
  ],
  [
    'wait.unlinked',
    async () => {
      const { wait } = await waiting()
      const { body } = await call('POST', `/v1/waits/${wait}/links`, {})
      await call('DELETE', `/v1/waits/${wait}/links/${body.id}`)
      return { target: wait }
    },
  ],
]

test.each(deeds)('%s is written down once, with who did it to what', async (action, work) => {
  const { target, actor = me() } = await work()

  await expect.poll(() => entriesOf(action, target), { timeout: 15_000 }).toHaveLength(1)
  const [entry] = await entriesOf(action, target)
  expect(entry).toMatchObject({ id: expect.any(String), at: expect.any(String), actor, action, target })
  expect(JSON.stringify(entry)).not.toContain(password)
})

test.each([
  ['secret.written', 'POST', ''],
  ['secret.deleted', 'DELETE', '/TRAIL_KEY'],
])('%s is written down once, without the value', async (action, method, path) => {
  const body = method === 'POST' ? { key: 'TRAIL_KEY', value: 'canary-of-the-trail' } : undefined
  const { status } = await call(method, `/api/v1/accounts/me/secrets${path}`, body)
  const entries = (await call('GET', `/v1/audit?action=${action}`)).body.data as JsonObject[]

  expect([status < 300, entries]).toMatchObject([true, [{ action, actor: me() }]])
  expect(JSON.stringify(entries)).toContain('TRAIL_KEY')
  expect(JSON.stringify(entries)).not.toContain('canary')
})
