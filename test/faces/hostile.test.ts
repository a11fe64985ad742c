import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allItems } from '../all-items.ts'
import { eventually } from '../eventually.ts'
import { withModel } from '../fake-model.ts'
import { addressOf, callRoute, everyRoute, type Filling, pathOf } from './every-route.ts'
import { adding, asking } from './flows-of-tests.ts'
import { type Faces, openFaces } from './open-faces.ts'

let faces: Faces
let as: string
let ids: Filling
beforeAll(async () => {
  faces = await openFaces(withModel)
  as = faces.acme.token.admin
  const run = await faces.execute(await faces.flow(asking))
  const flow = await faces.flow(adding)
  const share = await faces.send('POST', `/v1/flow/${flow}/share`, { as, body: {} })
  const file = await faces.send('POST', '/v1/flow/file', {
    as,
    body: { filename: 'claim.pdf', contentType: 'application/pdf', size: 5 },
  })
  const link = await faces.send('POST', `/v1/waits/${run.body.waitState.waitId}/links`, { as, body: {} })
  const endpoint = await faces.send('POST', '/v1/webhook-endpoints', {
    as,
    body: { url: 'https://hooks.example.com/', events: ['schedule.missed'] },
  })
  ids = {
    organisation: faces.acme.orgId,
    flow,
    run: run.body.appRunId,
    version: '1',
    'api-key': 'AAAAAAAAAAAA',
    account: faces.acme.account.user.id,
    secret: 'API_KEY',
    wait: run.body.waitState.waitId,
    link: link.body.id,
    'link-token': link.body.url.split('/w/')[1],
    share: '00000000-0000-4000-8000-000000000005',
    'share-token': share.body.token,
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

test('M1 looking changes nothing: GET, HEAD and OPTIONS of every route', async () => {
  // That somebody looks is counted.
  const stored = async () => (await allItems(faces.world)).filter(({ pk }) => !String(pk).startsWith('RATE#'))
  const before = await stored()

  for (const [, route] of everyRoute) {
    await faces.send('OPTIONS', pathOf(route, ids), { as })
    if (route.method !== 'GET') continue
    const read = await callRoute(faces.send, route, ids, as)
    const head = await faces.send('HEAD', addressOf(route, ids), { as })
    expect([read.status, head.status, head.text]).toEqual([200, 200, ''])
  }

  expect(await stored()).toEqual(before)
})

const query = fc.webQueryParameters({ size: 'small' })
const header = fc.constantFrom(
  'if-match',
  'if-none-match',
  'idempotency-key',
  'prefer',
  'content-type',
  'traceparent',
)
const bytes = fc.uint8Array({ maxLength: 60 })
const body = fc.oneof(
  bytes,
  fc.json({ maxDepth: 4 }),
  fc.dictionary(
    fc.constantFrom(
      'name',
      'filename',
      'size',
      'definition',
      'input',
      'inputs',
      'flow_id',
      'decision',
      'scopes',
      'tags',
      'version',
      '__proto__',
    ),
    fc.jsonValue(),
    { maxKeys: 4 },
  ),
)

describe('H13 whatever is sent, the answer is in the contract and no 5xx', () => {
  // Resuming and cancelling end the run that the others look at, but answers to its ends are in the contract too.
  test.each(everyRoute)('%s', async (_name, route) => {
    await fc.assert(
      fc.asyncProperty(
        query,
        header,
        fc.string({ unit: 'binary-ascii' }),
        body,
        async (asked, name, value, sent) => {
          const headers = {
            [name]: value,
            ...(name === 'content-type' ? {} : { 'content-type': 'application/json' }),
          }
          const wait = route.waits === undefined ? '' : '&wait=0'
          const path = `${pathOf(route, ids)}?${asked}${wait}`
          const started = performance.now()
          const { status } = await faces.send(route.method, path, { as, body: sent, headers })

          expect(status).toBeLessThan(500)
          expect(performance.now() - started).toBeLessThan(2000)
        },
      ),
      { numRuns: 15 },
    )
  })
})
