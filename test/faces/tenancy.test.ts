import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allItems } from '../all-items.ts'
import { eventually } from '../eventually.ts'
import { withModel } from '../fake-model.ts'
import { callRoute, everyRoute, type Filling, pathOf, uncalled } from './every-route.ts'
import { asking } from './flows-of-tests.ts'
import { type Faces, openFaces } from './open-faces.ts'

let faces: Faces
/** What belongs to the other organisation. */
let theirs: Filling
beforeAll(async () => {
  faces = await openFaces(withModel)
  const as = faces.other.token.admin
  const flow = await faces.flow(asking, as)
  const run = await faces.send('POST', `/v1/client/flow/${flow}/execute`, { as, body: {} })
  const key = await faces.send('POST', '/v1/api-keys', {
    as,
    body: { name: 'Theirs', scopes: ['runs:read'] },
  })
  const file = await faces.send('POST', '/v1/flow/file', {
    as,
    body: { filename: 'claim.pdf', contentType: 'application/pdf', size: 5 },
  })
  const link = await faces.send('POST', `/v1/waits/${run.body.waitState.waitId}/links`, { as, body: {} })
  const endpoint = await faces.send('POST', '/v1/webhook-endpoints', {
    as,
    body: { url: 'https://hooks.example.com/', events: ['schedule.missed'] },
  })
  theirs = {
    organisation: faces.other.orgId,
    flow,
    run: run.body.appRunId,
    version: '1',
    'api-key': key.body.id,
    account: faces.other.account.user.id,
    secret: 'API_KEY',
    wait: run.body.waitState.waitId,
    link: link.body.id,
    'link-token': link.body.url.split('/w/')[1],
    share: '00000000-0000-4000-8000-000000000005',
    'share-token': '',
    execution: run.body.appRunId,
    file: file.body.fileId,
    webhook: 'crm',
    'webhook-endpoint': endpoint.body.id,
    delivery: '01J00000000000000000000000',
    problem: 'conflict',
    'flow-type': 'REGISTRATION',
  }
  // What the stream writes of the run comes a moment later.
  await eventually(async () => expect(JSON.stringify(await allItems(faces.world))).toContain('wait.opened'))
})
afterAll(() => faces.close())

test('A2 every route has a call', () => {
  expect(uncalled).toEqual([])
})

describe('A1 what another organisation has does not exist', () => {
  const unknown: Filling = {
    organisation: '00000000-0000-4000-8000-000000000002',
    flow: '00000000-0000-4000-8000-000000000000',
    run: '00000000-0000-4000-8000-000000000001',
    version: '1',
    'api-key': 'AAAAAAAAAAAA',
    account: '00000000-0000-4000-8000-000000000003',
    secret: 'API_KEY',
    wait: '00000000-0000-4000-8000-000000000004',
    link: '00000000-0000-4000-8000-000000000008',
    'link-token': '',
    share: '00000000-0000-4000-8000-000000000006',
    'share-token': '',
    execution: '00000000-0000-4000-8000-000000000001',
    file: '00000000-0000-4000-8000-000000000007',
    webhook: 'crm',
    'webhook-endpoint': '00000000-0000-4000-8000-000000000007',
    delivery: '01J00000000000000000000000',
    problem: 'conflict',
    'flow-type': 'REGISTRATION',
  }
  const naming = everyRoute.filter(
    // A flowType is a name that every organisation has for itself.
    ([, { objects, auth }]) => auth !== 'open' && Object.values(objects).some((kind) => kind !== 'flow-type'),
  )

  test.each(naming)('%s', async (_name, route) => {
    const before = await theirItems()

    for (const as of [faces.acme.token.admin, faces.acme.token.viewer]) {
      const foreign = await callRoute(faces.send, route, theirs, as)
      const random = await callRoute(faces.send, route, unknown, as)

      expect(foreign.status).toBe(404)
      expect(plain(foreign.text, pathOf(route, theirs), theirs.flow)).toBe(
        plain(random.text, pathOf(route, unknown), unknown.flow),
      )
    }
    expect(await theirItems()).toEqual(before)
  })
})

test('A4 nothing in a request says which organisation it is of', async () => {
  const as = faces.acme.token.user
  const headers = { 'x-org-id': faces.other.orgId, 'x-tenant': faces.other.orgId }
  const body = { name: 'Mine', orgId: faces.other.orgId, accountId: faces.other.account.admin.id }
  const made = await faces.send('POST', `/v1/flow?orgId=${faces.other.orgId}`, { as, body, headers })

  expect(made.status).toBe(201)
  expect(Object.keys(await theirItems()).join()).not.toContain(made.body._id)
})

test('A11 lists show what is the caller’s own', async () => {
  for (const path of [
    '/v1/flow',
    '/api/v1/flows',
    '/api/v1/executions',
    '/v1/api-keys',
    '/api/v1/accounts',
    '/v1/webhook-endpoints',
    `/api/flow-executions?flow_id=${theirs.flow}`,
  ]) {
    const { text } = await faces.send('GET', path, { as: faces.acme.token.admin })

    for (const id of [theirs.flow, theirs.run, theirs['api-key'], theirs.account, theirs['webhook-endpoint']])
      expect(text).not.toContain(id)
  }
})

/** Request ids, the path that was asked for and what it named aside. */
function plain(text: string, path: string, flow: string): string {
  return text
    .replace(/req_[0-9A-Z]{26}/, 'req')
    .replace(path, 'path')
    .replace(flow, 'flow')
}

/** Key and digest of every item that belongs to the other organisation. */
async function theirItems(): Promise<Record<string, string>> {
  const items = (await allItems(faces.world)).map((item) => [item, JSON.stringify(item)] as const)
  return Object.fromEntries(
    items
      .filter(([, text]) => text.includes(faces.other.orgId))
      .map(([{ pk, sk }, text]) => [`${pk} ${sk}`, createHash('sha256').update(text).digest('hex')]),
  )
}
