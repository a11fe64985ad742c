import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeFile } from '../../shared/core/files.ts'
import { type Role, roles, type Scope, scopes, scopesOf } from '../../shared/core/roles.ts'
import type { Route } from '../../shared/http/route.ts'
import { putAccount } from '../../shared/store/account-changes.ts'
import { transact } from '../../shared/store/transact.ts'
import { withModel } from '../fake-model.ts'
import { callRoute, everyRoute, type Filling, nameOf } from './every-route.ts'
import { adding, asking } from './flows-of-tests.ts'
import { type Faces, openFaces } from './open-faces.ts'
import { rights } from './rights.ts'

let faces: Faces
let askingFlow: string
let standing: Filling | undefined
const keys = new Map<string, string>()
beforeAll(async () => {
  faces = await openFaces(withModel)
  for (const role of roles)
    for (const scope of scopesOf[role]) keys.set(`${role} ${scope}`, await faces.acme.key(role, [scope]))
  askingFlow = await faces.flow(asking, faces.acme.token.admin)
  standing = await made()
})
afterAll(() => faces.close())

/**
 * What the route's path names. Fresh for a call that may change it, since some end it; one standing set serves the calls that
 * read, and those that must be refused.
 */
async function own(route: Route, role: Role = 'admin', refused = false): Promise<Filling> {
  const changes = !refused && route.method !== 'GET'
  const ids = changes || !standing ? await made(route) : standing
  return { ...ids, account: await account(route, role) }
}

/** New things of the kinds that the route names, or of every kind. */
async function made(route?: Route): Promise<Filling> {
  const names = (...kinds: string[]) =>
    !route || Object.values(route.objects).some((kind) => kinds.includes(kind))
  const as = faces.acme.token.admin
  const flow = names('flow') || route?.path === '/api/flow-executions' ? await faces.flow(adding, as) : ''
  // Only what is unpublished can be deleted.
  if (route?.method === 'DELETE' && names('version'))
    await faces.send('POST', `/v1/flow/${flow}/versions/1/unpublish`, { as })
  const waiting = names('run', 'wait', 'execution') ? await faces.execute(askingFlow) : null
  // Only what has ended is run again.
  if (route?.path.includes('/rerun/'))
    await faces.send('POST', `/v1/flowrun/cancel/${waiting?.body.appRunId}`, { as, body: {} })
  return {
    organisation: faces.acme.orgId,
    flow,
    // A body may name one.
    run: waiting?.body.appRunId ?? standing?.run ?? '',
    version: '1',
    'api-key': 'AAAAAAAAAAAA',
    account: '',
    secret: 'API_KEY',
    wait: waiting?.body.waitState.waitId ?? '',
    link: names('link') ? await link(waiting?.body.waitState.waitId) : '',
    'link-token': '',
    share: names('share') ? await share(flow) : '',
    'share-token': '',
    execution: waiting?.body.appRunId ?? '',
    file: await file(route, flow),
    webhook: 'crm',
    problem: 'conflict',
    'flow-type': 'REGISTRATION',
    ...(await endpoint(route, names)),
  }
}

/** A file, or one of the flow with its bytes. */
async function file(route: Route | undefined, flow: string): Promise<string> {
  if (route?.path.endsWith('/download-url')) return await uploaded(flow)
  if (route && !Object.values(route.objects).includes('file')) return ''
  const body = { filename: 'claim.pdf', contentType: 'application/pdf', size: 5 }
  return (await faces.send('POST', '/v1/flow/file', { as: faces.acme.token.admin, body })).body.fileId
}

async function uploaded(flow: string): Promise<string> {
  const { world, acme } = faces
  const wish = { filename: 'a.txt', contentType: 'text/plain', size: 1 }
  const uploader = { orgId: acme.orgId, actor: 'user:ann', flowId: flow }
  return (await storeFile(world, uploader, wish, Buffer.from('a'))).fileId
}

/** One serves all calls but those that take it away: an organisation may have few. */
let keptEndpoint: string | undefined
async function endpoint(route: Route | undefined, names: (...kinds: string[]) => boolean) {
  const as = faces.acme.token.admin
  const make = async () => {
    const body = { url: 'https://hooks.example.com/', events: ['schedule.missed'] }
    return (await faces.send('POST', '/v1/webhook-endpoints', { as, body })).body.id as string
  }
  if (!names('webhook-endpoint')) return { 'webhook-endpoint': '', delivery: '' }
  keptEndpoint ??= await make()
  const id = route?.method === 'DELETE' ? await make() : keptEndpoint
  const told = await faces.send('POST', `/v1/webhook-endpoints/${id}/test`, { as })
  return { 'webhook-endpoint': id, delivery: told.body.deliveryId as string }
}

/** Of secrets the caller's own, with one to delete or a name that is free; of accounts somebody else's. */
async function account(route: Route, role: Role): Promise<string> {
  if (!Object.values(route.objects).includes('account')) return ''
  if (!route.path.endsWith('/{id}')) {
    const mine = faces.acme.account[role].id
    const as = faces.acme.token.admin
    await faces.send('DELETE', `/api/v1/accounts/${mine}/secrets/NEW_KEY`, { as })
    await faces.send('PUT', `/api/v1/accounts/${mine}/secrets/API_KEY`, { as, body: { value: 'canary' } })
    return mine
  }
  const row = { ...faces.acme.account.viewer, id: faces.world.ids.uuid() }
  row.email = `${row.id}@acme.example`
  await transact(faces.world, putAccount(row))
  return row.id
}

async function link(wait: string): Promise<string> {
  const as = faces.acme.token.admin
  return (await faces.send('POST', `/v1/waits/${wait}/links`, { as, body: {} })).body.id
}

async function share(flow: string): Promise<string> {
  const as = faces.acme.token.admin
  return (await faces.send('POST', `/v1/flow/${flow}/share`, { as, body: {} })).body._id
}

/** What a role may besides, having to do with its own. */
const alsoOwn: Record<string, Role[]> = { 'GET /api/v1/accounts/{account_id}/secrets': ['viewer'] }

const bearer = everyRoute.filter(([, { auth }]) => auth === 'bearer')

/** What the route says of itself, in the words of `rights.ts`. */
function rightOf(route: Route): string {
  if (route.auth === 'open') return 'open'
  if (route.auth === 'session') return `session ${route.role}`
  const scope = [route.scope, ...route.alsoNeeds({})].join('+')
  const also = [
    ...(route.resumeToken === undefined ? [] : [' or resume token']),
    ...(route.ownAccount === undefined ? [] : [' or own account']),
  ]
  return `bearer ${scope} ${route.role}${also.join('')}`
}

test('A2 C1 every route has an entry among the rights, and asks for what stands there', () => {
  const found = Object.fromEntries(everyRoute.map(([name, route]) => [name, rightOf(route)]))

  expect(found).toEqual(rights)
})

describe('C1 roles', () => {
  test.each(bearer)('%s is for exactly the roles of the table', async (_name, route) => {
    for (const role of roles) {
      const allowed =
        scopesOf[role].has(route.scope as Scope) || (alsoOwn[nameOf(route)] ?? []).includes(role)
      const ids = await own(route, role, !allowed)
      const { status } = await callRoute(faces.send, route, ids, faces.acme.token[role])

      expect([role, status === 403], `${role} got ${status}`).toEqual([role, !allowed])
      if (allowed) expect(status).toBeLessThan(300)
    }
  })

  test.each(bearer)('%s names the least role that has its scope', (_name, { scope, role }) => {
    const least = (['viewer', 'user', 'admin'] as Role[]).find((one) => scopesOf[one].has(scope as Scope))

    expect(role).toBe(least)
  })
})

describe('C1 keys', () => {
  test.each(bearer)('%s is for keys with its scope alone', async (_name, route) => {
    const ids = await own(route, 'admin', true)
    for (const scope of scopes.filter((one) => one !== route.scope)) {
      const { status } = await callRoute(faces.send, route, ids, keys.get(`admin ${scope}`))

      expect([scope, status]).toEqual([scope, 403])
    }
    const mine = await own(route, route.role as Role)
    const more = route.alsoNeeds({})
    const key =
      more.length === 0
        ? keys.get(`${route.role} ${route.scope}`)
        : await faces.acme.key(route.role as Role, [route.scope as Scope, ...more])
    const { status } = await callRoute(faces.send, route, mine, key)
    expect(status).toBeLessThan(300)
  })

  test.each(everyRoute.filter(([, { auth }]) => auth === 'session'))(
    '%s is for no key',
    async (_name, route) => {
      const { status } = await callRoute(
        faces.send,
        route,
        await own(route, 'admin', true),
        keys.get('admin accounts:admin'),
      )

      expect([401, 403]).toContain(status)
    },
  )
})

test.each(everyRoute.filter(([, { auth }]) => auth !== 'open'))(
  'B3 %s is for nobody without a credential',
  async (_name, route) => {
    const { status, headers } = await callRoute(faces.send, route, await own(route, 'admin', true))

    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="sluice"'])
  },
)
